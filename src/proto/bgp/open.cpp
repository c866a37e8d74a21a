// OPEN to and from octets.
#include "proto/bgp/open.h"

namespace weir::bgp {

namespace {

constexpr uint8_t kCapabilitiesParameter = 2;
constexpr uint8_t kExtended = 255;         // as a length and as a type: RFC 9072's form follows
constexpr size_t kMostCapabilities = 512;  // octets that our own ever need
constexpr uint8_t kOurVersion[] = {0, kVersion};

/// The optional parameters and how long their length fields are.
struct Parameters {
  Bytes octets;
  bool extended = false;
};

/// Everything after the fixed part. The extended form is known by the type 255 where the first
/// parameter's type would stand; the length before it is ignored, but is not zero.
std::optional<Parameters> find_parameters(Bytes rest) {
  WireReader reader(rest);
  const uint8_t length = reader.u8();
  if (length != 0 && reader.remaining() >= 1 && rest[1] == kExtended) {
    reader.skip(1);
    const size_t extended_length = reader.u16();
    if (!reader.ok() || extended_length != reader.remaining()) return std::nullopt;
    return Parameters{reader.rest(), true};
  }
  if (length != reader.remaining()) return std::nullopt;
  return Parameters{reader.rest(), false};
}

/// The error in the parameters, if there is one.
std::optional<Notification> read_parameters(Bytes rest, Capabilities& capabilities) {
  const auto parameters = find_parameters(rest);
  if (!parameters) return Notification(OpenError::kUnspecific);
  for (WireReader reader(parameters->octets); !reader.at_end();) {
    const uint8_t type = reader.u8();
    const size_t size = parameters->extended ? reader.u16() : reader.u8();
    const Bytes value = reader.bytes(size);
    if (!reader.ok()) return Notification(OpenError::kUnspecific);
    if (type != kCapabilitiesParameter) return Notification(OpenError::kOptionalParameter);
    if (!decode_capabilities(value, capabilities)) return Notification(OpenError::kUnspecific);
  }
  return std::nullopt;
}

}  // namespace

Result<Open, Notification> decode_open(Bytes body) {
  WireReader reader(body);
  if (reader.u8() != kVersion) return Notification(OpenError::kVersion, kOurVersion);
  Open open;
  open.as = reader.u16();
  open.hold_seconds = reader.u16();
  open.identifier = reader.u32();
  if (const auto wrong = read_parameters(reader.rest(), open.capabilities)) return *wrong;
  if (!reader.ok()) return Notification(OpenError::kUnspecific);
  if (open.capabilities.four_octet_as) open.as = *open.capabilities.four_octet_as;
  if (open.as == 0) return Notification(OpenError::kPeerAs);  // RFC 7607
  if (open.identifier == 0) return Notification(OpenError::kIdentifier);
  if (open.hold_seconds != 0 && open.hold_seconds < kLeastHoldTime)
    return Notification(OpenError::kHoldTime);
  return open;
}

Octets encode(const Open& open) {
  std::array<uint8_t, kMostCapabilities> buffer{};
  WireWriter values(buffer);
  Capabilities capabilities = open.capabilities;
  capabilities.four_octet_as = open.as;
  encode_capabilities(capabilities, values);
  const size_t size = values.position();

  Octets out(kMaxMessage);
  WireWriter writer(out);
  begin_message(writer, MessageType::kOpen);
  writer.u8(kVersion);
  writer.u16(open.as > 0xffff ? kAsTrans : static_cast<uint16_t>(open.as));
  writer.u16(open.hold_seconds);
  writer.u32(open.identifier);
  const bool extended = size + 2 > 254;  // 255 as the length would announce the other form
  writer.u8(extended ? kExtended : static_cast<uint8_t>(size + 2));
  if (extended) {
    writer.u8(kExtended);
    writer.u16(static_cast<uint16_t>(size + 3));
  }
  writer.u8(kCapabilitiesParameter);
  if (extended)
    writer.u16(static_cast<uint16_t>(size));
  else
    writer.u8(static_cast<uint8_t>(size));
  writer.bytes(values.written());
  end_message(writer);
  out.resize(writer.position());
  return out;
}

}  // namespace weir::bgp
