// Field by field; the numbers are those of dnstap.proto on both sides.
#include "producer/frame.h"

#include "proto/dnstap/policy.h"

namespace weir::producer {
namespace {

std::optional<Bytes> unless_empty(Bytes octets) {
  return octets.empty() ? std::nullopt : std::optional(octets);
}

/// Zero says that there is none.
template <typename Number, typename Word>
std::optional<Number> unless_zero(Word word) {
  return static_cast<int>(word) == 0 ? std::nullopt : std::optional(static_cast<Number>(word));
}

bool is_query(tap::Type type) { return static_cast<int>(type) % 2 == 1; }

void encode_policy(const tap::Policy& from, Octets& out) {
  dnstap::Policy policy;
  if (!from.type.empty()) policy.type = from.type;
  policy.rule = unless_empty(from.rule);
  policy.action = unless_zero<dnstap::PolicyAction>(from.action);
  policy.match = unless_zero<dnstap::PolicyMatch>(from.match);
  policy.value = unless_empty(from.value);
  out.clear();
  dnstap::encode_policy(policy, out);
}

void fill_endpoints(dnstap::Message& to, const tap::Message& from) {
  if (from.query_endpoint) {
    to.query_address = from.query_endpoint.octets();
    to.query_port = from.query_endpoint.port();
  }
  if (from.response_endpoint) {
    to.response_address = from.response_endpoint.octets();
    to.response_port = from.response_endpoint.port();
  }
  const Bytes either =
      (from.query_endpoint ? from.query_endpoint : from.response_endpoint).octets();
  if (!either.empty())
    to.socket_family =
        either.size() == 4 ? dnstap::SocketFamily::kInet : dnstap::SocketFamily::kInet6;
}

}  // namespace

bool is_valid(const tap::Message& message) {
  const auto type = static_cast<int>(message.type);
  const auto protocol = static_cast<int>(message.protocol);
  const tap::Policy* const policy = message.policy;
  return type >= 1 && type <= dnstap::kMessageTypes && protocol >= 1 &&
         protocol <= dnstap::kSocketProtocols &&
         message.http_protocol <= tap::HttpProtocol::kHttp3 &&
         (policy == nullptr || (policy->action <= tap::Policy::Action::kLocalData &&
                                policy->match <= tap::Policy::Match::kNsIp));
}

void fill(dnstap::Envelope& envelope, const tap::Message& message, const Identity& identity,
          WallTime now, Octets& policy) {
  envelope.identity = unless_empty(identity.identity);
  envelope.version = unless_empty(identity.version);
  envelope.extra = unless_empty(message.extra);
  dnstap::Message& to = envelope.message.emplace();
  to.type = static_cast<dnstap::MessageType>(message.type);
  to.socket_protocol = static_cast<dnstap::SocketProtocol>(message.protocol);
  to.http_protocol = unless_zero<dnstap::HttpProtocol>(message.http_protocol);
  fill_endpoints(to, message);
  to.query_message = unless_empty(message.query);
  to.response_message = unless_empty(message.response);
  to.query_zone = unless_empty(message.query_zone);
  const bool query = is_query(message.type);
  if (query || message.query_time) to.set_query_time(message.query_time.value_or(now));
  if (!query || message.response_time) to.set_response_time(message.response_time.value_or(now));
  if (message.policy != nullptr) {
    encode_policy(*message.policy, policy);
    to.policy = policy;
  }
}

}  // namespace weir::producer
