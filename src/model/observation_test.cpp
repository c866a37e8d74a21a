#include "model/observation.h"

#include <gtest/gtest.h>

#include <string>

#include "proto/dns/message.h"

namespace weir::model {
namespace {

/// Query `wWw.example. IN AAAA`, ID 0x1234, RD; `tail` follows.
Octets query(std::string_view tail = {}, uint16_t flags = 0x0100, uint16_t answers = 0) {
  std::string octets("\x12\x34\0\0\0\1\0\0\0\0\0\0\3wWw\7example\0\0\x1c\0\1", 29);
  octets[2] = static_cast<char>(flags >> 8);
  octets[3] = static_cast<char>(flags);
  octets[7] = static_cast<char>(answers);
  octets += tail;
  return {octets.begin(), octets.end()};
}

TEST(Observation, every_message_type_has_a_word_and_back) {
  for (int i = 1; i <= 14; ++i) {
    const auto type = static_cast<MessageType>(i);
    EXPECT_EQ(message_type_from_text(to_text(type)), type);
    EXPECT_EQ(to_text(type).ends_with("_RESPONSE"), is_response(type)) << to_text(type);
  }
  EXPECT_EQ(to_text(MessageType::kClientQuery), "CLIENT_QUERY");
  EXPECT_EQ(message_type_from_text("client_response"), MessageType::kClientResponse);
  EXPECT_EQ(message_type_from_text("CLIENT"), std::nullopt);
  EXPECT_EQ(to_text(static_cast<MessageType>(200)), "UNKNOWN");
}

TEST(Observation, every_protocol_has_a_word_and_back) {
  for (int i = 1; i <= 7; ++i) {
    const auto protocol = static_cast<Protocol>(i);
    EXPECT_EQ(protocol_from_text(to_text(protocol)), protocol);
  }
  EXPECT_EQ(protocol_from_text("dot"), Protocol::kDot);
  EXPECT_EQ(protocol_from_text(""), std::nullopt);
}

TEST(Describe, fills_the_question_in_its_own_case) {
  const Octets octets = query();
  Observation observation;
  observation.type = MessageType::kClientQuery;
  observation.query_message = octets;
  std::array<uint8_t, dns::kMaxName> buffer;
  describe(observation, buffer);
  EXPECT_EQ(observation.malformed.code, dns::MalformedCode::kNone);
  EXPECT_EQ(as_text(observation.qname), std::string_view("\3wWw\7example\0", 13));
  EXPECT_EQ(observation.qtype, dns::Type::kAaaa);
  EXPECT_EQ(observation.qclass, dns::Class::kIn);
  EXPECT_EQ(observation.header.id, 0x1234);
}

TEST(Describe, a_response_observation_is_about_its_response) {
  const Octets asked = query();
  const Octets answered = query({}, 0x8183);
  Observation observation;
  observation.type = MessageType::kClientResponse;
  observation.query_message = asked;
  observation.response_message = answered;
  std::array<uint8_t, dns::kMaxName> buffer;
  describe(observation, buffer);
  EXPECT_EQ(observation.rcode, dns::Rcode::kNxDomain);
  EXPECT_TRUE(observation.header.is_response());
}

TEST(Describe, trailing_octets_are_allowed) {
  const Octets octets = query("garbage");
  Observation observation;
  observation.type = MessageType::kClientQuery;
  observation.query_message = octets;
  std::array<uint8_t, dns::kMaxName> buffer;
  describe(observation, buffer);
  EXPECT_EQ(observation.malformed.code, dns::MalformedCode::kNone);
}

TEST(Describe, a_broken_record_is_named_by_place_and_the_question_is_kept) {
  const Octets octets = query({}, 0x8180, 1);  // promises an answer that is not there
  Observation observation;
  observation.type = MessageType::kClientResponse;
  observation.response_message = octets;
  std::array<uint8_t, dns::kMaxName> buffer;
  describe(observation, buffer);
  EXPECT_NE(observation.malformed.code, dns::MalformedCode::kNone);
  EXPECT_GE(observation.malformed.offset, 29);
  EXPECT_EQ(observation.qname.size(), 13U);
  EXPECT_EQ(observation.qtype, dns::Type::kAaaa);
}

TEST(Describe, octets_that_are_no_message_leave_nothing_behind) {
  const Octets octets = {1, 2, 3};
  Observation observation;
  observation.type = MessageType::kClientQuery;
  observation.query_message = octets;
  observation.qtype = dns::Type::kMx;
  std::array<uint8_t, dns::kMaxName> buffer;
  describe(observation, buffer);
  EXPECT_EQ(observation.malformed.code, dns::MalformedCode::kShortHeader);
  EXPECT_TRUE(observation.qname.empty());
  EXPECT_EQ(observation.qtype, dns::Type{});
  EXPECT_EQ(observation.header.id, 0);
}

}  // namespace
}  // namespace weir::model
