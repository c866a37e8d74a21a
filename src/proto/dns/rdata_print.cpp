// Record data as people read it.
#include <chrono>

#include "base/endpoint.h"
#include "proto/dns/encoding.h"
#include "proto/dns/rdata.h"
#include "proto/dns/rdata_format.h"
#include "proto/dns/rdata_odd.h"
#include "proto/dns/rdata_words.h"

namespace weir::dns {
namespace {

/// YYYYMMDDHHmmSS in UTC (RFC 4034 §3.2). The 32 bits are taken as the years 1970 to 2106.
void append_time(std::string& text, uint32_t seconds) {
  const std::chrono::sys_seconds time{std::chrono::seconds(seconds)};
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(time - day);
  append_number(text, static_cast<uint64_t>(static_cast<int>(date.year())));
  for (const auto part : {static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                          static_cast<unsigned>(clock.hours().count()),
                          static_cast<unsigned>(clock.minutes().count()),
                          static_cast<unsigned>(clock.seconds().count())})
    text += {static_cast<char>('0' + part / 10), static_cast<char>('0' + part % 10)};
}

void append_certificate_type(std::string& text, uint16_t number) {
  for (const CertificateType& type : kCertificateTypes)
    if (type.number == number) {
      text += type.text;
      return;
    }
  append_number(text, number);
}

void append_bitmap(std::string& text, Bytes octets) {
  bool first = true;
  for (; !octets.empty(); octets = octets.subspan(octets[1] + size_t{2})) {
    for (unsigned bit = 0; bit < octets[1] * 8u; ++bit) {
      if ((octets[2 + bit / 8] & 0x80 >> bit % 8) == 0) continue;
      if (!first) text += ' ';
      first = false;
      text += to_text(static_cast<Type>(octets[0] * 256u + bit));
    }
  }
}

/// Lower-case pairs of digits, `separator` after every `each` octets.
void append_groups(std::string& text, Bytes octets, size_t each, char separator) {
  for (size_t at = 0; at < octets.size(); at += each) {
    if (at > 0) text += separator;
    text += to_hex(octets.subspan(at, each));
  }
}

void append_octets(std::string& text, Field field, Bytes octets) {
  switch (field) {
    case Field::kString:
    case Field::kText: return append_quoted(text, octets);
    case Field::kTag: text += as_text(octets); return;
    case Field::kCountedHex:
      if (octets.empty()) text += '-';
      return append_base16(text, octets);
    case Field::kHex: return append_base16(text, octets);
    case Field::kBase64:
    case Field::kOptionalBase64: return append_base64(text, octets);
    case Field::kCountedBase32: return append_base32hex(text, octets);
    case Field::kEui48:
    case Field::kEui64: return append_groups(text, octets, 1, '-');
    case Field::kLocator: return append_groups(text, octets, 2, ':');
    case Field::kNoGateway: text += '.'; return;
    default: return;  // what repeats comes one by one, and the rest is in `append_piece`
  }
}

void append_piece(std::string& text, const RdataReader::Piece& piece) {
  const Bytes octets = piece.octets;
  switch (piece.field) {
    case Field::kU8: return append_number(text, octets[0]);
    case Field::kU16: return append_number(text, load_u16(octets.data()));
    case Field::kU32: return append_number(text, load_u32(octets.data()));
    case Field::kTime: return append_time(text, load_u32(octets.data()));
    case Field::kType: text += to_text(static_cast<Type>(load_u16(octets.data()))); return;
    case Field::kCertificate: return append_certificate_type(text, load_u16(octets.data()));
    case Field::kName: text += piece.name.expand().to_text(); return;
    case Field::kIp4: text += IpAddress::v4(octets.data()).to_text(); return;
    case Field::kIp6: text += IpAddress::v6(octets.data()).to_text(); return;
    case Field::kBitmap: return append_bitmap(text, octets);
    case Field::kLocation: return print_location(text, octets);
    case Field::kPrefixes: return print_apl_item(text, octets);
    case Field::kSvcParams: return print_svc_params(text, octets);
    case Field::kHipHead: return print_hip_head(text, octets);
    default: return append_octets(text, piece.field, octets);
  }
}

/// RFC 3597 §5.
std::string generic_text(Bytes rdata) {
  std::string text = "\\# ";
  append_number(text, rdata.size());
  if (!rdata.empty()) append_base16(text += ' ', rdata);
  return text;
}

}  // namespace

std::string rdata_to_text(const Record& record, bool* malformed) {
  if (malformed != nullptr) *malformed = !rdata_is_valid(record);
  std::string text;
  RdataReader reader(record);
  while (const auto piece = reader.next()) {
    const size_t before = text.size();
    if (before > 0) text += ' ';
    const size_t start = text.size();
    append_piece(text, *piece);
    if (text.size() == start) text.resize(before);  // an empty field leaves no space
  }
  return reader.ok() ? text : generic_text(record.rdata);
}

}  // namespace weir::dns
