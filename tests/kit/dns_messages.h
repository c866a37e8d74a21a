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
