// A data frame's payload, read field by field.
#include "proto/dnstap/fields.h"
#include "proto/dnstap/message.h"
#include "proto/dnstap/policy.h"
#include "proto/dnstap/protobuf.h"

namespace weir::dnstap {
namespace {

using protobuf::FieldReader;
using protobuf::tag;
using protobuf::Wire;

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

}  // namespace

Result<Envelope, DecodeFault> decode(Bytes payload) {
  Result<Envelope, DecodeFault> result(std::in_place);
  const DecodeFault fault = read_envelope(payload, *result);
  if (fault != DecodeFault::kNone) result = fault;
  return result;
}

}  // namespace weir::dnstap
