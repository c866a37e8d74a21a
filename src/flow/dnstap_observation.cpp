// The fields of dnstap.proto as those of an observation. The numbers of message types and protocols
// are the same in both.
#include "flow/dnstap_observation.h"

#include "proto/dnstap/message.h"

namespace weir::flow {
namespace {

template <typename To, typename From>
To known(From value, int most) {
  const auto number = static_cast<int32_t>(value);
  return number >= 1 && number <= most ? static_cast<To>(number) : To::kUnknown;
}

std::optional<Endpoint> endpoint_of(const std::optional<Bytes>& address,
                                    const std::optional<uint16_t>& port) {
  if (!address) return std::nullopt;
  const auto parsed = IpAddress::from_octets(*address);
  if (!parsed) return std::nullopt;
  return Endpoint{*parsed, port.value_or(0)};
}

void set_message(const dnstap::Message& from, model::Observation& to) {
  to.type = known<model::MessageType>(from.type, dnstap::kMessageTypes);
  if (from.socket_protocol)
    to.protocol = known<model::Protocol>(*from.socket_protocol, dnstap::kSocketProtocols);
  to.query_endpoint = endpoint_of(from.query_address, from.query_port);
  to.response_endpoint = endpoint_of(from.response_address, from.response_port);
  to.query_time = from.query_time();
  to.response_time = from.response_time();
  to.query_message = from.query_message.value_or(Bytes());
  to.response_message = from.response_message.value_or(Bytes());
}

model::DnstapExtras extras_of(const dnstap::Envelope& from, Bytes frame) {
  const dnstap::Message& message = *from.message;
  model::DnstapExtras extras;
  extras.identity = from.identity.value_or(Bytes());
  extras.version = from.version.value_or(Bytes());
  extras.extra = from.extra.value_or(Bytes());
  extras.query_zone = message.query_zone.value_or(Bytes());
  extras.policy = message.policy.value_or(Bytes());
  const auto http = static_cast<int32_t>(message.http_protocol.value_or(dnstap::HttpProtocol{}));
  if (http > 0 && http <= UINT8_MAX) extras.http_protocol = static_cast<uint8_t>(http);
  extras.frame = frame;
  return extras;
}

std::optional<Bytes> unless_empty(Bytes octets) {
  return octets.empty() ? std::nullopt : std::optional(octets);
}

void set_side(const std::optional<Endpoint>& from, std::optional<Bytes>& address,
              std::optional<uint16_t>& port, dnstap::Message& message) {
  if (!from) return;
  address = from->address.octets();
  if (from->port != 0) port = from->port;
  message.socket_family =
      from->address.is_v6() ? dnstap::SocketFamily::kInet6 : dnstap::SocketFamily::kInet;
}

void set_extras(const model::DnstapExtras& from, dnstap::Envelope& to) {
  if (!from.identity.empty()) to.identity = from.identity;
  if (!from.version.empty()) to.version = from.version;
  to.extra = unless_empty(from.extra);
  to.message->query_zone = unless_empty(from.query_zone);
  to.message->policy = unless_empty(from.policy);
  if (from.http_protocol != 0)
    to.message->http_protocol = static_cast<dnstap::HttpProtocol>(from.http_protocol);
}

/// The views last as long as `observation` does.
dnstap::Message message_of(const model::Observation& observation) {
  dnstap::Message message;
  message.type = static_cast<dnstap::MessageType>(observation.type);
  if (observation.protocol != model::Protocol::kUnknown)
    message.socket_protocol = static_cast<dnstap::SocketProtocol>(observation.protocol);
  set_side(observation.query_endpoint, message.query_address, message.query_port, message);
  set_side(observation.response_endpoint, message.response_address, message.response_port, message);
  if (observation.query_time) message.set_query_time(*observation.query_time);
  if (observation.response_time) message.set_response_time(*observation.response_time);
  message.query_message = unless_empty(observation.query_message);
  message.response_message = unless_empty(observation.response_message);
  return message;
}

}  // namespace

DnstapDecoder::Outcome DnstapDecoder::read(Bytes payload) {
  const auto envelope = dnstap::decode(payload);
  if (!envelope) {
    fault_ = envelope.error();
    return Outcome::kFault;
  }
  if (envelope->type != dnstap::EnvelopeType::kMessage) return Outcome::kForeign;
  observation_ = {};
  observation_.source = source_;
  set_message(*envelope->message, observation_);
  extras_ = extras_of(*envelope, payload);
  observation_.dnstap = &extras_;
  model::describe(observation_, qname_);
  return Outcome::kObservation;
}

bool append_dnstap(const model::Observation& observation, std::string_view identity,
                   std::string_view version, Octets& out) {
  const model::DnstapExtras* extras = observation.dnstap;
  if (extras != nullptr && !extras->frame.empty()) {
    out.insert(out.end(), extras->frame.begin(), extras->frame.end());
    return true;
  }
  if (observation.type == model::MessageType::kUnknown) return false;
  dnstap::Envelope envelope;
  envelope.identity = unless_empty(as_bytes(identity));
  envelope.version = unless_empty(as_bytes(version));
  envelope.message = message_of(observation);
  if (extras != nullptr) set_extras(*extras, envelope);
  dnstap::encode(envelope, out);
  return true;
}

}  // namespace weir::flow
