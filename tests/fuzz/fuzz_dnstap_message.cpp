// Arbitrary octets as a dnstap message: what is decoded is encoded to octets that are decoded as
// the same, and encoded to themselves.
#include "base/check.h"
#include "proto/dnstap/message.h"
#include "proto/dnstap/policy.h"

namespace weir::dnstap {
namespace {

void check_within(Bytes whole, const std::optional<Bytes>& view) {
  if (!view) return;
  CHECK(view->data() >= whole.data());
  CHECK(view->data() + view->size() <= whole.data() + whole.size());
}

void check_same(const std::optional<Bytes>& a, const std::optional<Bytes>& b) {
  CHECK(a.has_value() == b.has_value());
  CHECK(!a || equal(*a, *b));
}

void check_same(const Message& a, const Message& b) {
  CHECK(a.type == b.type);
  CHECK(a.socket_family == b.socket_family);
  CHECK(a.socket_protocol == b.socket_protocol);
  check_same(a.query_address, b.query_address);
  check_same(a.response_address, b.response_address);
  CHECK(a.query_port == b.query_port);
  CHECK(a.response_port == b.response_port);
  CHECK(a.query_time_sec == b.query_time_sec);
  CHECK(a.query_time_nsec == b.query_time_nsec);
  check_same(a.query_message, b.query_message);
  check_same(a.query_zone, b.query_zone);
  CHECK(a.response_time_sec == b.response_time_sec);
  CHECK(a.response_time_nsec == b.response_time_nsec);
  check_same(a.response_message, b.response_message);
  check_same(a.policy, b.policy);
  CHECK(a.http_protocol == b.http_protocol);
  CHECK(a.family_agrees() == b.family_agrees());
  CHECK(a.query_time() == b.query_time() && a.response_time() == b.response_time());
}

void check_views(Bytes whole, const Envelope& envelope) {
  for (const auto& view : {envelope.identity, envelope.version, envelope.extra})
    check_within(whole, view);
  if (!envelope.message) return;
  const Message& message = *envelope.message;
  for (const auto& view : {message.query_address, message.response_address, message.query_message,
                           message.query_zone, message.response_message, message.policy})
    check_within(whole, view);
}

void check_policy(Bytes octets) {
  const auto policy = decode_policy(octets);
  CHECK(policy.ok());
  Octets once, twice;
  encode_policy(*policy, once);
  const auto again = decode_policy(once);
  CHECK(again.ok());
  CHECK(policy->type == again->type && policy->action == again->action);
  CHECK(policy->match == again->match);
  check_same(policy->rule, again->rule);
  check_same(policy->value, again->value);
  encode_policy(*again, twice);
  CHECK(once == twice);
}

void check(Bytes octets) {
  const auto envelope = decode(octets);
  if (!envelope) {
    CHECK(envelope.error() != DecodeFault::kNone && to_text(envelope.error()) != "unknown");
    return;
  }
  check_views(octets, *envelope);
  Octets once, twice;
  encode(*envelope, once);
  const auto again = decode(once);
  CHECK(again.ok());
  CHECK(envelope->type == again->type);
  check_same(envelope->identity, again->identity);
  check_same(envelope->version, again->version);
  check_same(envelope->extra, again->extra);
  CHECK(envelope->message.has_value() == again->message.has_value());
  if (envelope->message) check_same(*envelope->message, *again->message);
  encode(*again, twice);
  CHECK(once == twice);
  if (envelope->message && envelope->message->policy) check_policy(*envelope->message->policy);
}

}  // namespace
}  // namespace weir::dnstap

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  weir::dnstap::check({data, size});
  return 0;
}
