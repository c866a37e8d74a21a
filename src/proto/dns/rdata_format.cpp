// The table of formats, and the reader that cuts record data by it.
#include "proto/dns/rdata_format.h"

#include <algorithm>
#include <array>

#include "proto/dns/rdata.h"
#include "proto/dns/rdata_odd.h"

namespace weir::dns {
namespace {

struct Format {
  Type type;
  std::string_view fields;
};
constexpr Format kFormats[] = {
    {Type::kA, "a"},
    {Type::kNs, "n"},
    {Type::kMd, "n"},
    {Type::kMf, "n"},
    {Type::kCname, "n"},
    {Type::kSoa, "nn44444"},
    {Type::kMb, "n"},
    {Type::kMg, "n"},
    {Type::kMr, "n"},
    {Type::kPtr, "n"},
    {Type::kHinfo, "ss"},
    {Type::kMinfo, "nn"},
    {Type::kMx, "2n"},
    {Type::kTxt, "S"},
    {Type::kRp, "nn"},
    {Type::kAfsdb, "2n"},
    {Type::kX25, "s"},
    {Type::kIsdn, "so"},
    {Type::kRt, "2n"},
    {Type::kSig, "T114tt2nb"},
    {Type::kKey, "211B"},
    {Type::kPx, "2nn"},
    {Type::kGpos, "sss"},
    {Type::kAaaa, "A"},
    {Type::kLoc, "L"},
    {Type::kSrv, "222n"},
    {Type::kNaptr, "22sssn"},
    {Type::kKx, "2n"},
    {Type::kCert, "c21b"},
    {Type::kDname, "n"},
    {Type::kApl, "P"},
    {Type::kDs, "211x"},
    {Type::kSshfp, "11x"},
    {Type::kIpseckey, "1kB"},
    {Type::kRrsig, "T114tt2nb"},
    {Type::kNsec, "nm"},
    {Type::kDnskey, "211b"},
    {Type::kDhcid, "b"},
    {Type::kNsec3, "112hHm"},
    {Type::kNsec3param, "112h"},
    {Type::kTlsa, "111x"},
    {Type::kSmimea, "111x"},
    {Type::kHip, "iN"},
    {Type::kCds, "211x"},
    {Type::kCdnskey, "211b"},
    {Type::kOpenpgpkey, "b"},
    {Type::kCsync, "42m"},
    {Type::kZonemd, "411x"},
    {Type::kSvcb, "2np"},
    {Type::kHttps, "2np"},
    {Type::kSpf, "S"},
    {Type::kNid, "2l"},
    {Type::kL32, "2a"},
    {Type::kL64, "2l"},
    {Type::kLp, "2n"},
    {Type::kEui48, "e"},
    {Type::kEui64, "E"},
    {Type::kUri, "22q"},
    {Type::kCaa, "1gq"},
    {Type::kAvc, "S"},
};

/// The table by number, for all types but those far above.
constexpr auto kFields = [] {
  std::array<std::string_view, static_cast<size_t>(Type::kAvc) + 1> fields;
  for (const Format& format : kFormats) fields[static_cast<size_t>(format.type)] = format.fields;
  return fields;
}();

bool is_alphanumeric(uint8_t octet) {
  const unsigned letter = octet | 0x20u;
  return (letter >= 'a' && letter <= 'z') || (octet >= '0' && octet <= '9');
}

bool is_tag(Bytes octets) {
  return !octets.empty() && std::all_of(octets.begin(), octets.end(), is_alphanumeric);
}

/// Windows in ascending order, each of 1 to 32 octets of which the last is not zero.
bool is_bitmap(Bytes octets) {
  int previous = -1;
  while (!octets.empty()) {
    if (octets.size() < 2) return false;
    const int window = octets[0];
    const size_t length = octets[1];
    if (window <= previous || length == 0 || length > 32 || length > octets.size() - 2)
      return false;
    if (octets[length + 1] == 0) return false;
    previous = window;
    octets = octets.subspan(length + 2);
  }
  return true;
}

/// Octets of a field with a fixed size; 0 for the others.
size_t fixed_size(Field field) {
  switch (field) {
    case Field::kU8: return 1;
    case Field::kU16:
    case Field::kType:
    case Field::kCertificate: return 2;
    case Field::kU32:
    case Field::kTime:
    case Field::kIp4: return 4;
    case Field::kEui48: return 6;
    case Field::kEui64:
    case Field::kLocator: return 8;
    case Field::kIp6:
    case Field::kLocation: return 16;
    default: return 0;
  }
}

}  // namespace

std::string_view rdata_fields(Type type) {
  if (type == Type::kDlv) type = Type::kDs;  // the same data (RFC 4431 §2)
  const auto number = static_cast<size_t>(type);
  return number < kFields.size() ? kFields[number] : std::string_view();
}

bool has_names(Type type) {
  return rdata_fields(type).find_first_of("nNk") != std::string_view::npos;
}

bool may_compress(Type type) {
  switch (type) {
    case Type::kNs:
    case Type::kMd:
    case Type::kMf:
    case Type::kCname:
    case Type::kSoa:
    case Type::kMb:
    case Type::kMg:
    case Type::kMr:
    case Type::kPtr:
    case Type::kMinfo:
    case Type::kMx: return true;
    default: return false;
  }
}

RdataReader::RdataReader(const Record& record)
    : message_(record.message), at_(record.rdata_offset), fields_(rdata_fields(record.type)) {
  if (message_.empty()) {  // data that stands alone: its names, if any, are not compressed
    message_ = record.rdata;
    at_ = 0;
  }
  end_ = at_ + record.rdata.size();
  ok_ = !fields_.empty() && end_ <= message_.size() && end_ <= kMaxMessage;
}

std::optional<RdataReader::Piece> RdataReader::next() {
  if (!ok_) return std::nullopt;
  if (fields_.empty()) return left() == 0 ? std::nullopt : fail();
  const auto field = static_cast<Field>(fields_.front());
  switch (field) {
    case Field::kStrings:
    case Field::kNames:
    case Field::kPrefixes:
    case Field::kOptionalString:
      if (finish_repeat(field)) return next();
      break;
    case Field::kGateway: {
      // What follows the gateway's type depends on it.
      constexpr std::string_view kByType[] = {"11.B", "11aB", "11AB", "11nB"};
      if (left() == 0 || message_[at_] >= std::size(kByType)) return fail();
      fields_ = kByType[message_[at_]];
      return next();
    }
    default: fields_.remove_prefix(1);
  }
  return take(field);
}

bool RdataReader::finish_repeat(Field field) {
  const bool at_least_one = field == Field::kStrings;
  const bool at_most_one = field == Field::kOptionalString;
  const bool done =
      at_most_one ? repeated_ || left() == 0 : left() == 0 && (repeated_ || !at_least_one);
  if (done) fields_.remove_prefix(1);
  repeated_ = true;
  return done;
}

std::optional<RdataReader::Piece> RdataReader::take(Field field) {
  if (const size_t size = fixed_size(field); size != 0) {
    auto piece = take_octets(field, size);
    if (piece && field == Field::kLocation && !is_location(piece->octets)) return fail();
    return piece;
  }
  switch (field) {
    case Field::kName: return take_name();
    case Field::kNames: {
      // Never compressed (RFC 8005 §5.5); and pointers here would make of few octets much text.
      auto piece = take_name();
      if (piece && piece->name.expand().size_octets() != piece->octets.size()) return fail();
      return piece;
    }
    case Field::kStrings:
    case Field::kOptionalString: return take_counted(Field::kString);
    case Field::kString:
    case Field::kTag:
    case Field::kCountedHex:
    case Field::kCountedBase32: return take_counted(field);
    case Field::kHex:
    case Field::kBase64: return left() == 0 ? fail() : take_octets(field, left());
    case Field::kBitmap: {
      auto piece = take_octets(field, left());
      return is_bitmap(piece->octets) ? piece : fail();
    }
    case Field::kSvcParams: {
      auto piece = take_octets(field, left());
      return are_svc_params(piece->octets) ? piece : fail();
    }
    case Field::kPrefixes: {
      const size_t size = apl_item_size(message_.subspan(at_, left()));
      return size == 0 ? fail() : take_octets(field, size);
    }
    case Field::kHipHead: {
      const size_t size = hip_head_size(message_.subspan(at_, left()));
      return size == 0 ? fail() : take_octets(field, size);
    }
    case Field::kNoGateway: return take_octets(field, 0);
    default: return take_octets(field, left());  // the rest, whatever it is
  }
}

std::optional<RdataReader::Piece> RdataReader::take_name() {
  const auto end = check_name(message_.first(end_), at_);
  if (!end) return fail();
  const size_t start = at_;
  at_ = *end;
  return Piece{Field::kName, message_.subspan(start, at_ - start),
               NameView(message_, static_cast<uint16_t>(start))};
}

std::optional<RdataReader::Piece> RdataReader::take_octets(Field field, size_t count) {
  if (count > left()) return fail();
  at_ += count;
  return Piece{field, message_.subspan(at_ - count, count), {}};
}

std::optional<RdataReader::Piece> RdataReader::take_counted(Field field) {
  if (left() == 0) return fail();
  const size_t count = message_[at_++];
  auto piece = take_octets(field, count);
  if (!piece) return std::nullopt;
  if (field == Field::kTag && !is_tag(piece->octets)) return fail();
  if (field == Field::kCountedBase32 && piece->octets.empty()) return fail();
  return piece;
}

std::optional<RdataReader::Piece> RdataReader::fail() {
  ok_ = false;
  return std::nullopt;
}

bool rdata_is_valid(const Record& record) {
  if (rdata_fields(record.type).empty()) return true;
  // Without data in updates (RFC 2136 §2.4).
  if (record.rdata.empty() && (record.klass == Class::kAny || record.klass == Class::kNone))
    return true;
  RdataReader reader(record);
  while (reader.next()) {
  }
  return reader.ok();
}

}  // namespace weir::dns
