// A frame made by hand, every field, every truncation, and what is refused.

#include <gtest/gtest.h>

#include "kit/dnstap.h"
#include "proto/dnstap/message.h"
#include "proto/dnstap/policy.h"

namespace weir::dnstap {
namespace {

using kit::kDnstapQuery;
using kit::octets_of;

std::string encoded(const Envelope& envelope) {
  Octets out;
  encode(envelope, out);
  return to_hex(out);
}

/// An envelope of type MESSAGE around the fields of a Message, up to 127 octets.
Octets around(std::string_view fields) {
  const Octets message = octets_of(fields);
  Octets out = {0x72, static_cast<uint8_t>(message.size())};
  kit::append(out, message);
  kit::append(out, octets_of("7801"));
  return out;
}
/// kNone if there is none.
DecodeFault fault_of(Bytes payload) {
  const auto envelope = decode(payload);
  return envelope ? DecodeFault::kNone : envelope.error();
}

TEST(Decode, E19_a_query_has_all_its_fields) {
  const Octets octets = octets_of(kDnstapQuery);
  ASSERT_EQ(octets.size(), 82U);
  const auto envelope = decode(octets);
  ASSERT_TRUE(envelope.ok()) << to_text(envelope.error());
  EXPECT_EQ(as_text(*envelope->identity), "edge1");
  EXPECT_EQ(as_text(*envelope->version), "0.1");
  EXPECT_FALSE(envelope->extra.has_value());
  EXPECT_EQ(envelope->type, EnvelopeType::kMessage);
  ASSERT_TRUE(envelope->message.has_value());
  const Message& message = *envelope->message;
  EXPECT_EQ(message.type, MessageType::kClientQuery);
  EXPECT_EQ(message.socket_family, SocketFamily::kInet);
  EXPECT_EQ(message.socket_protocol, SocketProtocol::kUdp);
  EXPECT_EQ(to_hex(*message.query_address), "c0000201");
  EXPECT_EQ(to_hex(*message.response_address), "7f000001");
  EXPECT_EQ(message.query_port, 54321);
  EXPECT_EQ(message.response_port, 53);
  EXPECT_EQ(message.query_time(), wall_time(1'600'000'000'123'456'789));
  EXPECT_FALSE(message.response_time().has_value());
  EXPECT_EQ(to_hex(*message.query_message),
            "123401000001000000000000076578616d706c6503636f6d0000010001");
  EXPECT_FALSE(message.response_message || message.query_zone || message.policy ||
               message.http_protocol);
  EXPECT_TRUE(message.family_agrees());
}

/// A response with everything that can be set, as the schema numbers it, over IPv6 and HTTP/2.
constexpr std::string_view kEverything =
    "0a0161 120162 1a0163 728101 0806 1002 1804"
    "221020010db8000000000000000000000001 2a1020010db8000000000000000000000002"
    "30ffff03 3800 4080a0f8fa05 4d00000000 5211 1234010000010000000000000000010001"
    "5a03016100 6081a0f8fa05 6dffc99a3b 7211 1234818000010000000000000000010001"
    "7a0b0a0352505a180120012a00 800102 7801";

TEST(Decode, E20_a_response_has_all_its_fields_and_is_written_again) {
  const Octets octets = octets_of(kEverything);
  const auto envelope = decode(octets);
  ASSERT_TRUE(envelope.ok()) << to_text(envelope.error());
  EXPECT_EQ(as_text(*envelope->extra), "c");
  const Message& message = *envelope->message;
  EXPECT_EQ(message.type, MessageType::kClientResponse);
  EXPECT_EQ(message.socket_family, SocketFamily::kInet6);
  EXPECT_EQ(message.socket_protocol, SocketProtocol::kDoh);
  EXPECT_EQ(message.query_address->size(), 16U);
  EXPECT_EQ(message.query_port, 65535);
  EXPECT_EQ(message.response_port, 0) << "zero is there, and not absent";
  EXPECT_EQ(*message.response_time() - *message.query_time(), 1'999'999'999ns);
  EXPECT_EQ(to_hex(*message.query_zone), "016100");
  EXPECT_EQ(message.query_message->size(), 17U);
  EXPECT_EQ(to_hex(message.response_message->first(4)), "12348180");
  EXPECT_EQ(message.http_protocol, HttpProtocol::kHttp2);
  const auto policy = decode_policy(*message.policy);
  ASSERT_TRUE(policy.ok());
  EXPECT_EQ(policy->action, PolicyAction::kNxdomain);
  EXPECT_TRUE(policy->value.has_value() && policy->value->empty()) << "empty, and not absent";
  EXPECT_EQ(encoded(*envelope), to_hex(octets));
}

TEST(Decode, the_views_are_of_the_frame) {
  const Octets octets = octets_of(kDnstapQuery);
  const auto envelope = decode(octets);
  ASSERT_TRUE(envelope.ok());
  for (const Bytes view : {*envelope->identity, *envelope->message->query_message}) {
    EXPECT_GE(view.data(), octets.data());
    EXPECT_LE(view.data() + view.size(), octets.data() + octets.size());
  }
}

TEST(Decode, B13_every_truncation_is_a_fault) {
  for (const std::string_view hex : {kDnstapQuery, kEverything}) {
    const Octets whole = octets_of(hex);
    for (size_t size = 0; size < whole.size(); ++size) {
      const auto envelope = decode(Bytes(whole).first(size));
      ASSERT_FALSE(envelope.ok()) << size;
      EXPECT_TRUE(envelope.error() == DecodeFault::kTruncated ||
                  envelope.error() == DecodeFault::kNoType)
          << to_text(envelope.error()) << size;
    }
  }
}

TEST(Decode, B13_a_truncated_message_inside_a_whole_envelope_is_a_fault) {
  const std::string fields = "08052204c00002015203abcdef";
  for (size_t digits = 0; digits <= fields.size(); digits += 2) {
    const DecodeFault fault = fault_of(around(fields.substr(0, digits)));
    const bool at_an_end = digits == 4 || digits == 16 || digits == fields.size();
    EXPECT_EQ(fault == DecodeFault::kNone, at_an_end) << digits;
  }
}

TEST(Decode, both_types_are_required) {
  EXPECT_EQ(fault_of({}), DecodeFault::kNoType);
  EXPECT_EQ(fault_of(octets_of("7202 0805")), DecodeFault::kNoType);
  EXPECT_EQ(fault_of(octets_of("7200 7801")), DecodeFault::kNoType);
  EXPECT_EQ(fault_of(octets_of("7801")), DecodeFault::kNoMessage);
  EXPECT_EQ(fault_of(octets_of("7202 0805 7801")), DecodeFault::kNone);
}

TEST(Decode, E24_an_envelope_of_a_future_type_needs_no_message) {
  const Octets octets = octets_of("7802");
  const auto envelope = decode(octets);
  ASSERT_TRUE(envelope.ok());
  EXPECT_EQ(envelope->type, static_cast<EnvelopeType>(2));
  EXPECT_FALSE(envelope->message.has_value());
  EXPECT_EQ(encoded(*envelope), "7802");
}

TEST(Decode, E24_future_numbers_and_fields_survive) {
  // Type 99, family -1; behind the known fields 17 and 200 of the message, and 20 of the envelope.
  const Octets octets = octets_of(
      "7223 0863 10ffffffffffffffffff01 185b 800109 8a0101aa c00c05 c90c0102030405060708 7801"
      "a50101020304");
  const auto envelope = decode(octets);
  ASSERT_TRUE(envelope.ok()) << to_text(envelope.error());
  EXPECT_EQ(envelope->message->type, static_cast<MessageType>(99));
  EXPECT_EQ(envelope->message->socket_family, static_cast<SocketFamily>(-1));
  EXPECT_EQ(envelope->message->socket_protocol, static_cast<SocketProtocol>(91));
  EXPECT_EQ(envelope->message->http_protocol, static_cast<HttpProtocol>(9));
  EXPECT_EQ(encoded(*envelope), to_hex(octets));
}

TEST(Decode, unknown_fields_among_known_ones_are_written_behind_them) {
  const Octets octets = around("a80101 0805 b00102 1802 b80103");
  const auto envelope = decode(octets);
  ASSERT_TRUE(envelope.ok());
  EXPECT_EQ(encoded(*envelope), to_hex(around("0805 1802 a80101 b00102 b80103")));
}

TEST(Decode, the_last_value_counts_and_a_second_message_adds_to_the_first) {
  const Octets octets = octets_of("0a0161 7207 0805 1801 a80101 0a0162 7206 1802 3035 0806 7801");
  const auto envelope = decode(octets);
  ASSERT_TRUE(envelope.ok()) << to_text(envelope.error());
  EXPECT_EQ(as_text(*envelope->identity), "b");
  EXPECT_EQ(envelope->message->type, MessageType::kClientResponse);
  EXPECT_EQ(envelope->message->socket_protocol, SocketProtocol::kTcp);
  EXPECT_EQ(envelope->message->query_port, 53);
  EXPECT_TRUE(envelope->message->unknown_fields.empty()) << "of the last message only";
}

TEST(Decode, known_fields_written_in_another_way_are_a_fault) {
  for (const std::string_view field :
       {"0a00", "1200", "1a00", "2001", "2801", "3200", "3d00000000", "4200", "4801", "5001",
        "5801", "6200", "6801", "7001", "7d00000000", "820100"})
    EXPECT_EQ(fault_of(around(field)), DecodeFault::kWireType) << field;
  for (const std::string_view field : {"0801", "1001", "1801", "7001", "7a00"})
    EXPECT_EQ(fault_of(octets_of(field)), DecodeFault::kWireType) << field;
}

TEST(Decode, E21_addresses_have_4_or_16_octets) {
  for (size_t size = 0; size < 20; ++size) {
    const uint8_t length[] = {static_cast<uint8_t>(size)};
    for (const std::string_view field : {"0805 22", "0805 2a"}) {
      const std::string fields = std::string(field) + to_hex(length) + to_hex(Octets(size, 1));
      EXPECT_EQ(fault_of(around(fields)),
                size == 4 || size == 16 ? DecodeFault::kNone : DecodeFault::kAddressSize)
          << size;
    }
  }
}

TEST(Decode, E21_an_address_of_another_family_is_kept_and_told) {
  const std::string v4 = "2204c0000201", v6 = "2a1020010db8000000000000000000000001";
  const std::vector<std::pair<std::string, bool>> cases = {
      {"0805 1001" + v4, true},      {"0805 1002" + v6, true}, {"0805 1002" + v4, false},
      {"0805 1001" + v6, false},     {"0805" + v4 + v6, true}, {"0805 1009" + v4, true},
      {"0805 1001" + v4 + v6, false}};
  for (const auto& [fields, agrees] : cases) {
    const Octets octets = around(fields);
    const auto envelope = decode(octets);
    ASSERT_TRUE(envelope.ok()) << fields;
    EXPECT_EQ(envelope->message->family_agrees(), agrees) << fields;
    EXPECT_EQ(encoded(*envelope), to_hex(octets));
  }
}

TEST(Decode, ports_have_16_bits) {
  EXPECT_EQ(fault_of(around("0805 30ffff03")), DecodeFault::kNone);
  EXPECT_EQ(fault_of(around("0805 30808004")), DecodeFault::kPort);
  EXPECT_EQ(fault_of(around("0805 38808004")), DecodeFault::kPort);
}

TEST(Decode, a_broken_policy_is_a_fault) {
  EXPECT_EQ(fault_of(around("0805 7a021801")), DecodeFault::kNone);
  EXPECT_EQ(fault_of(around("0805 7a0118")), DecodeFault::kTruncated);
  EXPECT_EQ(fault_of(around("0805 7a020801")), DecodeFault::kWireType);
}

}  // namespace
}  // namespace weir::dnstap
