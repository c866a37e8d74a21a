// dnstap.proto's Dnstap and Message: fields by their numbers.
#include "proto/dnstap/message.h"

#include "proto/dnstap/policy.h"
#include "proto/dnstap/protobuf.h"

namespace weir::dnstap {
namespace {

using protobuf::FieldReader;
using protobuf::tag;
using protobuf::Wire;

enum EnvelopeField : uint32_t {
  kIdentity = 1,
  kVersion = 2,
  kExtra = 3,
  kMessage = 14,
  kEnvelopeType = 15,
};
bool is_envelope_field(uint32_t field) {
  return (field >= kIdentity && field <= kExtra) || field == kMessage || field == kEnvelopeType;
}

enum MessageField : uint32_t {
  kType = 1,
  kSocketFamily,
  kSocketProtocol,
  kQueryAddress,
  kResponseAddress,
  kQueryPort,
  kResponsePort,
  kQueryTimeSec,
  kQueryTimeNsec,
  kQueryMessage,
  kQueryZone,
  kResponseTimeSec,
  kResponseTimeNsec,
  kResponseMessage,
  kPolicy,
  kHttpProtocol,
};
bool is_message_field(uint32_t field) { return field >= kType && field <= kHttpProtocol; }

Bytes address(FieldReader& fields) {
  const Bytes octets = fields.bytes();
  if (octets.size() != 4 && octets.size() != 16) fields.fail(DecodeFault::kAddressSize);
  return octets;
}

uint16_t port(FieldReader& fields) {
  const uint64_t value = fields.varint();
  if (value > UINT16_MAX) fields.fail(DecodeFault::kPort);
  return static_cast<uint16_t>(value);
}

Bytes policy(FieldReader& fields) {
  const Bytes octets = fields.bytes();
  if (const auto decoded = decode_policy(octets); !decoded) fields.fail(decoded.error());
  return octets;
}

DecodeFault read_message(Bytes octets, Message& message, bool& has_type) {
  message.unknown_fields = {};
  FieldReader fields(octets);
  while (fields.next()) {
    switch (fields.tag()) {
      case tag(kType, Wire::kVarint):
        message.type = fields.enumerator<MessageType>();
        has_type = true;
        break;
      case tag(kSocketFamily, Wire::kVarint):
        message.socket_family = fields.enumerator<SocketFamily>();
        break;
      case tag(kSocketProtocol, Wire::kVarint):
        message.socket_protocol = fields.enumerator<SocketProtocol>();
        break;
      case tag(kQueryAddress, Wire::kBytes): message.query_address = address(fields); break;
      case tag(kResponseAddress, Wire::kBytes): message.response_address = address(fields); break;
      case tag(kQueryPort, Wire::kVarint): message.query_port = port(fields); break;
      case tag(kResponsePort, Wire::kVarint): message.response_port = port(fields); break;
      case tag(kQueryTimeSec, Wire::kVarint): message.query_time_sec = fields.varint(); break;
      case tag(kQueryTimeNsec, Wire::kFixed32): message.query_time_nsec = fields.fixed32(); break;
      case tag(kQueryMessage, Wire::kBytes): message.query_message = fields.bytes(); break;
      case tag(kQueryZone, Wire::kBytes): message.query_zone = fields.bytes(); break;
      case tag(kResponseTimeSec, Wire::kVarint): message.response_time_sec = fields.varint(); break;
      case tag(kResponseTimeNsec, Wire::kFixed32):
        message.response_time_nsec = fields.fixed32();
        break;
      case tag(kResponseMessage, Wire::kBytes): message.response_message = fields.bytes(); break;
      case tag(kPolicy, Wire::kBytes): message.policy = policy(fields); break;
      case tag(kHttpProtocol, Wire::kVarint):
        message.http_protocol = fields.enumerator<HttpProtocol>();
        break;
      default:
        fields.skip(is_message_field(fields.field()));
        protobuf::widen(message.unknown_fields, fields.octets());
    }
  }
  return fields.fault();
}

DecodeFault read_envelope(Bytes octets, Envelope& envelope) {
  bool has_type = false, message_has_type = false;
  FieldReader fields(octets);
  while (fields.next()) {
    switch (fields.tag()) {
      case tag(kIdentity, Wire::kBytes): envelope.identity = fields.bytes(); break;
      case tag(kVersion, Wire::kBytes): envelope.version = fields.bytes(); break;
      case tag(kExtra, Wire::kBytes): envelope.extra = fields.bytes(); break;
      case tag(kMessage, Wire::kBytes): {
        if (!envelope.message) envelope.message.emplace();
        const Bytes message = fields.bytes();
        const DecodeFault fault = read_message(message, *envelope.message, message_has_type);
        if (fault != DecodeFault::kNone) return fault;
        break;
      }
      case tag(kEnvelopeType, Wire::kVarint):
        envelope.type = fields.enumerator<EnvelopeType>();
        has_type = true;
        break;
      default:
        fields.skip(is_envelope_field(fields.field()));
        protobuf::widen(envelope.unknown_fields, fields.octets());
    }
  }
  if (fields.fault() != DecodeFault::kNone) return fields.fault();
  if (!has_type || (envelope.message && !message_has_type)) return DecodeFault::kNoType;
  if (envelope.type == EnvelopeType::kMessage && !envelope.message) return DecodeFault::kNoMessage;
  return DecodeFault::kNone;
}

void append_message(const Message& message, Octets& out) {
  using namespace protobuf;
  append_number(out, kType, message.type);
  append_number(out, kSocketFamily, message.socket_family);
  append_number(out, kSocketProtocol, message.socket_protocol);
  append_bytes(out, kQueryAddress, message.query_address);
  append_bytes(out, kResponseAddress, message.response_address);
  append_number(out, kQueryPort, message.query_port);
  append_number(out, kResponsePort, message.response_port);
  append_number(out, kQueryTimeSec, message.query_time_sec);
  append_fixed32(out, kQueryTimeNsec, message.query_time_nsec);
  append_bytes(out, kQueryMessage, message.query_message);
  append_bytes(out, kQueryZone, message.query_zone);
  append_number(out, kResponseTimeSec, message.response_time_sec);
  append_fixed32(out, kResponseTimeNsec, message.response_time_nsec);
  append_bytes(out, kResponseMessage, message.response_message);
  append_bytes(out, kPolicy, message.policy);
  append_number(out, kHttpProtocol, message.http_protocol);
  append_unknown(out, message.unknown_fields, is_message_field);
}

constexpr uint32_t kNanoseconds = 1'000'000'000;

std::optional<WallTime> time_of(std::optional<uint64_t> sec, std::optional<uint32_t> nsec) {
  constexpr uint64_t kMostSec = INT64_MAX / kNanoseconds - 1;
  if (!sec || *sec > kMostSec || nsec.value_or(0) >= kNanoseconds) return std::nullopt;
  return wall_time(static_cast<int64_t>(*sec * kNanoseconds + nsec.value_or(0)));
}

void set_time(WallTime time, std::optional<uint64_t>& sec, std::optional<uint32_t>& nsec) {
  sec.reset();
  nsec.reset();
  if (to_nanoseconds(time) < 0) return;
  const auto nanoseconds = static_cast<uint64_t>(to_nanoseconds(time));
  sec = nanoseconds / kNanoseconds;
  nsec = static_cast<uint32_t>(nanoseconds % kNanoseconds);
}

}  // namespace

std::optional<WallTime> Message::query_time() const {
  return time_of(query_time_sec, query_time_nsec);
}
std::optional<WallTime> Message::response_time() const {
  return time_of(response_time_sec, response_time_nsec);
}
void Message::set_query_time(WallTime time) { set_time(time, query_time_sec, query_time_nsec); }
void Message::set_response_time(WallTime time) {
  set_time(time, response_time_sec, response_time_nsec);
}

bool Message::family_agrees() const {
  if (socket_family != SocketFamily::kInet && socket_family != SocketFamily::kInet6) return true;
  const size_t size = socket_family == SocketFamily::kInet ? 4 : 16;
  return (!query_address || query_address->size() == size) &&
         (!response_address || response_address->size() == size);
}

Result<Envelope, DecodeFault> decode(Bytes payload) {
  Result<Envelope, DecodeFault> result(std::in_place);
  const DecodeFault fault = read_envelope(payload, *result);
  if (fault != DecodeFault::kNone) result = fault;
  return result;
}

void encode(const Envelope& envelope, Octets& out) {
  using namespace protobuf;
  append_bytes(out, kIdentity, envelope.identity);
  append_bytes(out, kVersion, envelope.version);
  append_bytes(out, kExtra, envelope.extra);
  if (envelope.message) {
    const size_t begin = begin_message(out, kMessage);
    append_message(*envelope.message, out);
    end_message(out, begin);
  }
  append_number(out, kEnvelopeType, envelope.type);
  append_unknown(out, envelope.unknown_fields, is_envelope_field);
}

}  // namespace weir::dnstap
