// Fields of messages as a decoder sees them (rows E-19, E-20, E-21).
#include "producer/frame.h"

#include <gtest/gtest.h>

#include "kit/dnstap.h"
#include "proto/dnstap/policy.h"

namespace weir::producer {
namespace {

const WallTime kNow = wall_time(1'700'000'000'123'456'789);

const Octets kQuery = {0x12, 0x34, 1, 0, 0, 1}, kResponse = {0x12, 0x34, 0x81, 0x80};

/// The message once encoded and decoded; valid until the next call.
dnstap::Envelope through(const tap::Message& message, const Identity& identity = {}) {
  static Octets payload, policy;
  dnstap::Envelope envelope;
  fill(envelope, message, identity, kNow, policy);
  payload.clear();
  dnstap::encode(envelope, payload);
  auto decoded = dnstap::decode(payload);
  EXPECT_TRUE(decoded.ok());
  return *decoded;
}

tap::Message query() {
  tap::Message message;
  message.query_endpoint = tap::Endpoint::parse("192.0.2.1", 54321);
  message.response_endpoint = tap::Endpoint::parse("127.0.0.1", 53);
  message.query = kQuery;
  return message;
}

TEST(Frame, E19_a_query_is_what_others_write_octet_for_octet) {
  const Octets packet =
      kit::octets_of("123401000001000000000000076578616d706c6503636f6d0000010001");
  tap::Message message = query();
  message.query = packet;
  message.query_time = wall_time(1'600'000'000'123'456'789);
  dnstap::Envelope envelope;
  Octets policy, out;
  const Identity identity{{'e', 'd', 'g', 'e', '1'}, {'0', '.', '1'}};
  fill(envelope, message, identity, kNow, policy);
  dnstap::encode(envelope, out);
  EXPECT_EQ(to_hex(out), kit::kDnstapQuery);
}

TEST(Frame, E19_a_query_is_of_now_unless_it_says_when) {
  EXPECT_EQ(through(query()).message->query_time(), kNow);
  EXPECT_FALSE(through(query()).message->response_time());
  tap::Message message = query();
  message.query_time = kNow - 5ns;
  EXPECT_EQ(through(message).message->query_time(), kNow - 5ns);
}

TEST(Frame, E20_a_response_has_both_messages_and_both_times) {
  tap::Message message = query();
  message.type = tap::Type::kClientResponse;
  message.response = kResponse;
  message.query_time = kNow - 3ms;
  const auto decoded = *through(message).message;
  EXPECT_TRUE(equal(*decoded.query_message, kQuery));
  EXPECT_TRUE(equal(*decoded.response_message, kResponse));
  EXPECT_EQ(decoded.query_time(), kNow - 3ms);
  EXPECT_EQ(decoded.response_time(), kNow);
  message.query_time.reset();
  EXPECT_FALSE(through(message).message->query_time()) << "nobody knows when it was asked";
}

TEST(Frame, E21_addresses_have_the_size_of_their_family) {
  const auto v4 = *through(query()).message;
  EXPECT_EQ(v4.socket_family, dnstap::SocketFamily::kInet);
  EXPECT_EQ(to_hex(*v4.query_address), "c0000201");
  EXPECT_EQ(to_hex(*v4.response_address), "7f000001");
  EXPECT_EQ(v4.query_port, 54321);
  EXPECT_EQ(v4.response_port, 53);
  tap::Message message = query();
  message.query_endpoint = tap::Endpoint::parse("2001:db8::1", 1024);
  message.response_endpoint = {};
  const auto v6 = *through(message).message;
  EXPECT_EQ(v6.socket_family, dnstap::SocketFamily::kInet6);
  EXPECT_EQ(to_hex(*v6.query_address), "20010db8000000000000000000000001");
  EXPECT_FALSE(v6.response_address || v6.response_port);
}

TEST(Frame, E21_all_types_and_protocols_have_their_numbers) {
  for (int type = 1; type <= dnstap::kMessageTypes; ++type)
    for (int protocol = 1; protocol <= dnstap::kSocketProtocols; ++protocol) {
      tap::Message message = query();
      message.type = static_cast<tap::Type>(type);
      message.protocol = static_cast<tap::Protocol>(protocol);
      EXPECT_TRUE(is_valid(message));
      const auto decoded = *through(message).message;
      EXPECT_EQ(static_cast<int>(decoded.type), type);
      EXPECT_EQ(static_cast<int>(*decoded.socket_protocol), protocol);
      EXPECT_EQ(decoded.query_time().has_value(), type % 2 == 1);
      EXPECT_EQ(decoded.response_time().has_value(), type % 2 == 0);
    }
}

TEST(Frame, what_the_schema_does_not_have_is_not_valid) {
  tap::Message message = query();
  for (const int wrong : {0, 15, 255}) {
    message.type = static_cast<tap::Type>(wrong);
    EXPECT_FALSE(is_valid(message)) << wrong;
  }
  message = query();
  for (const int wrong : {0, 8}) {
    message.protocol = static_cast<tap::Protocol>(wrong);
    EXPECT_FALSE(is_valid(message)) << wrong;
  }
  message = query();
  message.http_protocol = static_cast<tap::HttpProtocol>(4);
  EXPECT_FALSE(is_valid(message));
  message = query();
  tap::Policy policy;
  message.policy = &policy;
  EXPECT_TRUE(is_valid(message));
  policy.action = static_cast<tap::Policy::Action>(7);
  EXPECT_FALSE(is_valid(message));
}

TEST(Frame, carries_everything_that_dnstap_has_a_field_for) {
  const Octets zone = {3, 'c', 'o', 'm', 0}, rule = {'r', '1'}, value = {192, 0, 2, 9};
  tap::Policy policy;
  policy.type = "RPZ";
  policy.rule = rule;
  policy.action = tap::Policy::Action::kLocalData;
  policy.match = tap::Policy::Match::kNsIp;
  policy.value = value;
  tap::Message message = query();
  message.protocol = tap::Protocol::kDoh;
  message.http_protocol = tap::HttpProtocol::kHttp3;
  message.query_zone = zone;
  message.policy = &policy;
  message.extra = rule;
  const Identity identity{{'m', 'e'}, {'1'}};
  const auto envelope = through(message, identity);
  EXPECT_EQ(as_text(*envelope.identity), "me");
  EXPECT_EQ(as_text(*envelope.version), "1");
  EXPECT_TRUE(equal(*envelope.extra, rule));
  EXPECT_EQ(envelope.message->http_protocol, dnstap::HttpProtocol::kHttp3);
  EXPECT_TRUE(equal(*envelope.message->query_zone, zone));
  const auto decoded = dnstap::decode_policy(*envelope.message->policy);
  ASSERT_TRUE(decoded.ok());
  EXPECT_EQ(decoded->type, "RPZ");
  EXPECT_TRUE(equal(*decoded->rule, rule));
  EXPECT_EQ(decoded->action, dnstap::PolicyAction::kLocalData);
  EXPECT_EQ(decoded->match, dnstap::PolicyMatch::kNsIp);
  EXPECT_TRUE(equal(*decoded->value, value));
}

TEST(Frame, leaves_out_what_is_empty) {
  tap::Message message;
  message.type = tap::Type::kToolResponse;
  const auto envelope = through(message);
  EXPECT_FALSE(envelope.identity || envelope.version || envelope.extra);
  const auto& decoded = *envelope.message;
  EXPECT_FALSE(decoded.socket_family || decoded.query_address || decoded.query_port ||
               decoded.query_message || decoded.response_message || decoded.query_zone ||
               decoded.policy || decoded.http_protocol || decoded.query_time_sec);
}

}  // namespace
}  // namespace weir::producer
