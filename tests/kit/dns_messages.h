// Messages for tests, built with the builder under test's own rules: queries as clients send them
// and answers as upstreams give them.
#pragma once

#include <initializer_list>
#include <string_view>

#include "proto/dns/builder.h"
#include "proto/dns/rdata.h"

namespace weir::kit {

struct QueryOptions {
  uint16_t id = 0x1234;
  uint16_t flags = dns::flag::kRd;
  bool edns = false;
  uint16_t payload = 1232;
  bool dnssec_ok = false;
};

/// An answer to example.org of 64 KiB whose names, written out, are 2 MiB: `records` NS records,
/// all but the first of which are pointers to a name of 255 octets.
inline Octets compression_bomb(size_t& records) {
  Octets octets = {0,   1,   0x81, 0x80, 0,   1, 0,   0,   0,   0, 0, 0, 7, 'e', 'x',
                   'a', 'm', 'p',  'l',  'e', 3, 'o', 'r', 'g', 0, 0, 2, 0, 1};
  const auto name_at = static_cast<uint8_t>(octets.size() + 12);
  octets.insert(octets.end(), {0xc0, 12, 0, 2, 0, 1, 0, 0, 0, 60, 0, 255});
  for (const uint8_t length : {63, 63, 63, 61}) {
    octets.push_back(length);
    octets.resize(octets.size() + length, 0x01);
  }
  octets.push_back(0);
  for (records = 1; octets.size() + 14 <= 65535; ++records)
    octets.insert(octets.end(), {0xc0, name_at, 0, 2, 0, 1, 0, 0, 0, 60, 0, 2, 0xc0, name_at});
  store_u16(&octets[6], static_cast<uint16_t>(records));
  return octets;
}

inline Octets query(std::string_view name, dns::Type type = dns::Type::kA,
                    QueryOptions options = {}) {
  Octets buffer(512);
  dns::Builder builder(buffer, options.id, options.flags);
  builder.question(*dns::Name::parse(name), type);
  if (options.edns) {
    builder.begin_edns(options.payload, 0, 0, options.dnssec_ok);
    builder.end_edns();
  }
  buffer.resize(builder.size_octets());
  return buffer;
}

struct RecordText {
  dns::Section section;
  std::string_view owner;
  uint32_t ttl;
  dns::Type type;
  std::string_view data;
};

inline Octets answer(std::string_view name, dns::Type type, dns::Rcode rcode,
                     std::initializer_list<RecordText> records, uint16_t flags = dns::flag::kRa) {
  Octets buffer(65535);
  dns::Builder builder(buffer, 0,
                       static_cast<uint16_t>(dns::flag::kQr | dns::flag::kRd | flags |
                                             static_cast<uint16_t>(rcode)));
  builder.question(*dns::Name::parse(name), type);
  for (const RecordText& record : records)
    builder.record(record.section, *dns::Name::parse(record.owner), record.type, dns::Class::kIn,
                   record.ttl, *dns::rdata_from_text(record.type, record.data));
  buffer.resize(builder.size_octets());
  return buffer;
}

}  // namespace weir::kit
