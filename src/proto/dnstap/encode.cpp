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

}  // namespace

void encode(const Envelope& envelope, Octets& out) {
  FieldWriter fields(out);
  fields.bytes(kIdentity, envelope.identity);
  fields.bytes(kVersion, envelope.version);
  fields.bytes(kExtra, envelope.extra);
  if (envelope.message) {
    const size_t begin = fields.begin_message(kMessage);
    write_message(*envelope.message, fields);
    fields.end_message(begin);
  }
  fields.number(kEnvelopeType, std::optional(envelope.type));
  fields.unknown(envelope.unknown_fields, is_envelope_field);
}

}  // namespace weir::dnstap
