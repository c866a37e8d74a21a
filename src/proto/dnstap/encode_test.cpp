// The octets of a frame made by hand, and round trips of any values (rows ).
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <memory>

#include "kit/dnstap.h"
#include "proto/dnstap/message.h"
#include "proto/dnstap/policy.h"

namespace weir::dnstap {
namespace {

TEST(Encode, E19_a_query_is_written_octet_for_octet) {
  const Octets address = kit::octets_of("c0000201"), server = kit::octets_of("7f000001");
  const Octets query = kit::octets_of("123401000001000000000000076578616d706c6503636f6d0000010001");
  Envelope envelope;
  envelope.identity = as_bytes("edge1");
  envelope.version = as_bytes("0.1");
  Message& message = envelope.message.emplace();
  message.type = MessageType::kClientQuery;
  message.socket_family = SocketFamily::kInet;
  message.socket_protocol = SocketProtocol::kUdp;
  message.query_address = address;
  message.response_address = server;
  message.query_port = 54321;
  message.response_port = 53;
  message.set_query_time(wall_time(1'600'000'000'123'456'789));
  message.query_message = query;
  Octets out;
  encode(envelope, out);
  EXPECT_EQ(to_hex(out), kit::kDnstapQuery);
}

TEST(Encode, what_a_payload_takes_at_most_is_known_before) {
  const Octets large(70'000, 0xab);
  Envelope envelope;
  envelope.extra = large;
  Message& message = envelope.message.emplace();
  message.type = static_cast<MessageType>(-1);  // ten octets
  message.query_message = large;
  message.response_message = large;
  Octets appended;
  encode(envelope, appended);
  Octets in_place(most_octets(envelope));
  ASSERT_LE(appended.size(), in_place.size());
  in_place.resize(encode_at(envelope, in_place.data()));
  EXPECT_EQ(in_place, appended);
}

/// Octets that views can be made of, for as long as one property is looked at.
class Memory {
 public:
  Bytes keep(Octets octets) {
    kept_.push_back(std::make_unique<Octets>(std::move(octets)));
    return *kept_.back();
  }

 private:
  std::vector<std::unique_ptr<Octets>> kept_;
};

template <typename T>
std::optional<T> maybe(const rc::Gen<T>& gen) {
  if (*rc::gen::arbitrary<bool>()) return *gen;
  return std::nullopt;
}
template <typename T>
std::optional<T> maybe() {
  return maybe(rc::gen::arbitrary<T>());
}
std::optional<Bytes> maybe_octets(Memory& memory) {
  if (!*rc::gen::arbitrary<bool>()) return std::nullopt;
  return memory.keep(*rc::gen::arbitrary<Octets>());
}
std::optional<Bytes> maybe_address(Memory& memory) {
  if (!*rc::gen::arbitrary<bool>()) return std::nullopt;
  const size_t size = *rc::gen::arbitrary<bool>() ? 4 : 16;
  return memory.keep(*rc::gen::container<Octets>(size, rc::gen::arbitrary<uint8_t>()));
}
/// A number of the schema, or any other.
template <typename Enum>
std::optional<Enum> maybe_enumerator(int known) {
  if (!*rc::gen::arbitrary<bool>()) return std::nullopt;
  const bool any = *rc::gen::inRange(0, 8) == 0;
  return static_cast<Enum>(any ? *rc::gen::arbitrary<int32_t>() : *rc::gen::inRange(1, known + 1));
}

Policy any_policy(Memory& memory) {
  Policy policy;
  if (const auto type = maybe_octets(memory)) policy.type = as_text(*type);
  policy.rule = maybe_octets(memory);
  policy.action = maybe_enumerator<PolicyAction>(6);
  policy.match = maybe_enumerator<PolicyMatch>(5);
  policy.value = maybe_octets(memory);
  return policy;
}

Message any_message(Memory& memory) {
  Message message;
  message.type = maybe_enumerator<MessageType>(kMessageTypes).value_or(MessageType::kToolQuery);
  message.socket_family = maybe_enumerator<SocketFamily>(2);
  message.socket_protocol = maybe_enumerator<SocketProtocol>(kSocketProtocols);
  message.query_address = maybe_address(memory);
  message.response_address = maybe_address(memory);
  message.query_port = maybe<uint16_t>();
  message.response_port = maybe<uint16_t>();
  message.query_time_sec = maybe<uint64_t>();
  message.query_time_nsec = maybe<uint32_t>();
  message.query_message = maybe_octets(memory);
  message.query_zone = maybe_octets(memory);
  message.response_time_sec = maybe<uint64_t>();
  message.response_time_nsec = maybe<uint32_t>();
  message.response_message = maybe_octets(memory);
  if (*rc::gen::arbitrary<bool>()) {
    Octets policy;
    encode_policy(any_policy(memory), policy);
    message.policy = memory.keep(std::move(policy));
  }
  message.http_protocol = maybe_enumerator<HttpProtocol>(3);
  return message;
}

bool same(const std::optional<Bytes>& a, const std::optional<Bytes>& b) {
  return a.has_value() == b.has_value() && (!a || equal(*a, *b));
}

bool same(const Message& a, const Message& b) {
  return a.type == b.type && a.socket_family == b.socket_family &&
         a.socket_protocol == b.socket_protocol && same(a.query_address, b.query_address) &&
         same(a.response_address, b.response_address) && a.query_port == b.query_port &&
         a.response_port == b.response_port && a.query_time_sec == b.query_time_sec &&
         a.query_time_nsec == b.query_time_nsec && same(a.query_message, b.query_message) &&
         same(a.query_zone, b.query_zone) && a.response_time_sec == b.response_time_sec &&
         a.response_time_nsec == b.response_time_nsec &&
         same(a.response_message, b.response_message) && same(a.policy, b.policy) &&
         a.http_protocol == b.http_protocol;
}

/// Encodes, decodes, compares, and encodes to the same octets again.
void check_round_trip(const Envelope& envelope) {
  Octets octets;
  encode(envelope, octets);
  const auto again = decode(octets);
  RC_ASSERT(again.ok());
  RC_ASSERT(again->type == envelope.type);
  RC_ASSERT(same(again->identity, envelope.identity));
  RC_ASSERT(same(again->version, envelope.version));
  RC_ASSERT(same(again->extra, envelope.extra));
  RC_ASSERT(again->message.has_value() == envelope.message.has_value());
  if (envelope.message) RC_ASSERT(same(*again->message, *envelope.message));
  Octets twice;
  encode(*again, twice);
  RC_ASSERT(twice == octets);
}

RC_GTEST_PROP(EncodeProperty, R14_any_envelope_survives, ()) {
  Memory memory;
  Envelope envelope;
  envelope.identity = maybe_octets(memory);
  envelope.version = maybe_octets(memory);
  envelope.extra = maybe_octets(memory);
  envelope.message = any_message(memory);
  check_round_trip(envelope);
}

RC_GTEST_PROP(EncodeProperty, R14_every_type_over_every_protocol_survives, ()) {
  Memory memory;
  Envelope envelope;
  envelope.message = any_message(memory);
  for (int type = 1; type <= kMessageTypes; ++type) {
    for (int protocol = 1; protocol <= kSocketProtocols; ++protocol) {
      envelope.message->type = static_cast<MessageType>(type);
      envelope.message->socket_protocol = static_cast<SocketProtocol>(protocol);
      check_round_trip(envelope);
    }
  }
}

RC_GTEST_PROP(EncodeProperty, R13_any_policy_survives, ()) {
  Memory memory;
  const Policy policy = any_policy(memory);
  Octets octets, twice;
  encode_policy(policy, octets);
  const auto again = decode_policy(octets);
  RC_ASSERT(again.ok());
  RC_ASSERT(again->type == policy.type);
  RC_ASSERT(same(again->rule, policy.rule));
  RC_ASSERT(again->action == policy.action);
  RC_ASSERT(again->match == policy.match);
  RC_ASSERT(same(again->value, policy.value));
  encode_policy(*again, twice);
  RC_ASSERT(twice == octets);
}

RC_GTEST_PROP(EncodeProperty, B13_any_octets_are_decoded_or_refused, (const Octets& octets)) {
  if (const auto envelope = decode(octets)) check_round_trip(*envelope);
}

}  // namespace
}  // namespace weir::dnstap
