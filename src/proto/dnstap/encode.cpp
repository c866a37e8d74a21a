// A data frame's payload, written field by field.
#include "proto/dnstap/fields.h"
#include "proto/dnstap/message.h"
#include "proto/dnstap/protobuf.h"

namespace weir::dnstap {
namespace {

using protobuf::FieldWriter;

void write_message(const Message& message, FieldWriter& fields) {
  fields.number(kType, std::optional(message.type));
  fields.number(kSocketFamily, message.socket_family);
  fields.number(kSocketProtocol, message.socket_protocol);
  fields.bytes(kQueryAddress, message.query_address);
  fields.bytes(kResponseAddress, message.response_address);
  fields.number(kQueryPort, message.query_port);
  fields.number(kResponsePort, message.response_port);
  fields.number(kQueryTimeSec, message.query_time_sec);
  fields.fixed32(kQueryTimeNsec, message.query_time_nsec);
  fields.bytes(kQueryMessage, message.query_message);
  fields.bytes(kQueryZone, message.query_zone);
  fields.number(kResponseTimeSec, message.response_time_sec);
  fields.fixed32(kResponseTimeNsec, message.response_time_nsec);
  fields.bytes(kResponseMessage, message.response_message);
  fields.bytes(kPolicy, message.policy);
  fields.number(kHttpProtocol, message.http_protocol);
  fields.unknown(message.unknown_fields, is_message_field);
}

/// Fields of the schema: of the message, and of the envelope.
constexpr size_t kFields = kHttpProtocol + 5;
static_assert(kFields * protobuf::kMostFieldOverhead + 2 * sizeof(uint32_t) <= kMostOverhead);

size_t size_of(const std::optional<Bytes>& value) { return value ? value->size() : 0; }

}  // namespace

size_t most_octets(const Envelope& envelope) {
  size_t most = kMostOverhead + size_of(envelope.identity) + size_of(envelope.version) +
                size_of(envelope.extra) + envelope.unknown_fields.size();
  if (envelope.message) {
    const Message& message = *envelope.message;
    most += size_of(message.query_address) + size_of(message.response_address) +
            size_of(message.query_message) + size_of(message.query_zone) +
            size_of(message.response_message) + size_of(message.policy) +
            message.unknown_fields.size();
  }
  return most;
}

size_t encode_at(const Envelope& envelope, uint8_t* at) {
  FieldWriter fields(at);
  fields.bytes(kIdentity, envelope.identity);
  fields.bytes(kVersion, envelope.version);
  fields.bytes(kExtra, envelope.extra);
  if (envelope.message) {
    uint8_t* const begin = fields.begin_message(kMessage);
    write_message(*envelope.message, fields);
    fields.end_message(begin);
  }
  fields.number(kEnvelopeType, std::optional(envelope.type));
  fields.unknown(envelope.unknown_fields, is_envelope_field);
  return static_cast<size_t>(fields.end() - at);
}

void encode(const Envelope& envelope, Octets& out) {
  const size_t begin = out.size();
  out.resize(begin + most_octets(envelope));
  out.resize(begin + encode_at(envelope, out.data() + begin));
}

}  // namespace weir::dnstap
