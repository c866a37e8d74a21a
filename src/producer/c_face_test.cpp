// What C says arrives as C++ would say it.
#include <gtest/gtest.h>
#include <netinet/in.h>

#include <fstream>
#include <iterator>
#include <vector>

#include "kit/scripted_outlet.h"
#include "kit/temporary.h"
#include "proto/dnstap/policy.h"
#include "weir/dnstap_c.h"

namespace weir {
namespace {

/// Payloads of a whole file: behind START, before STOP.
std::vector<Octets> payloads_in(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  const Octets octets{std::istreambuf_iterator<char>(file), {}};
  EXPECT_GE(octets.size(), 54U);
  return kit::payloads_of(Bytes(octets).subspan(42).first(octets.size() - 54));
}

sockaddr_in endpoint(uint32_t address, uint16_t port) {
  sockaddr_in made{};
  made.sin_family = AF_INET;
  made.sin_port = htons(port);
  made.sin_addr.s_addr = htonl(address);
  return made;
}

class CFaceTest : public testing::Test {
 protected:
  weir_tap* open(const std::string& output) {
    weir_tap_options options;
    weir_tap_options_init(&options);
    options.output = output.c_str();
    options.identity = "c";
    return weir_tap_open(&options, error, sizeof error);
  }
  const kit::TemporaryFolder folder;
  char error[32] = "";
};

TEST_F(CFaceTest, every_field_arrives) {
  weir_tap* const tap = open(folder / "x");
  ASSERT_NE(tap, nullptr) << error;
  const sockaddr_in client = endpoint(0xc0000201, 1024), server = endpoint(0x7f000001, 53);
  weir_tap_message message{};
  message.type = WEIR_TAP_UPDATE_RESPONSE;
  message.protocol = WEIR_TAP_DOQ;
  message.http_protocol = 2;
  message.query_address = reinterpret_cast<const sockaddr*>(&client);
  message.response_address = reinterpret_cast<const sockaddr*>(&server);
  message.query = {"qq", 2};
  message.response = {"rrr", 3};
  message.query_zone = {"\3com", 5};
  message.query_time = 1'600'000'000'000'000'001;
  message.response_time = 1'600'000'000'000'000'002;
  message.extra = {"e", 1};
  message.policy_type = "RPZ";
  message.policy_action = 6;
  EXPECT_EQ(weir_tap_log(tap, &message), WEIR_TAP_ACCEPTED);
  EXPECT_TRUE(weir_tap_close(tap, 10'000));
  weir_tap_free(tap);
  const auto payloads = payloads_in(folder / "x");
  ASSERT_EQ(payloads.size(), 1U);
  const auto envelope = dnstap::decode(payloads[0]);
  ASSERT_TRUE(envelope.ok());
  EXPECT_EQ(as_text(*envelope->identity), "c");
  EXPECT_EQ(as_text(*envelope->extra), "e");
  const dnstap::Message& got = *envelope->message;
  EXPECT_EQ(got.type, dnstap::MessageType::kUpdateResponse);
  EXPECT_EQ(got.socket_protocol, dnstap::SocketProtocol::kDoq);
  EXPECT_EQ(got.http_protocol, dnstap::HttpProtocol::kHttp2);
  EXPECT_EQ(to_hex(*got.query_address), "c0000201");
  EXPECT_EQ(got.response_port, 53);
  EXPECT_EQ(as_text(*got.query_message), "qq");
  EXPECT_EQ(as_text(*got.response_message), "rrr");
  EXPECT_EQ(got.query_zone->size(), 5U);
  EXPECT_EQ(got.query_time(), wall_time(message.query_time));
  EXPECT_EQ(got.response_time(), wall_time(message.response_time));
  EXPECT_EQ(dnstap::decode_policy(*got.policy)->action, dnstap::PolicyAction::kLocalData);
}

TEST_F(CFaceTest, short_calls_and_statistics) {
  weir_tap* const tap = open(folder / "x");
  ASSERT_NE(tap, nullptr) << error;
  EXPECT_EQ(weir_tap_client_query(tap, nullptr, nullptr, WEIR_TAP_UDP, "q", 1), WEIR_TAP_ACCEPTED);
  EXPECT_EQ(weir_tap_client_response(tap, nullptr, nullptr, WEIR_TAP_TCP, "q", 1, "r", 1, 5),
            WEIR_TAP_ACCEPTED);
  EXPECT_EQ(weir_tap_client_query(tap, nullptr, nullptr, 0, "q", 1), WEIR_TAP_INVALID);
  EXPECT_TRUE(weir_tap_flush(tap, 10'000));
  weir_tap_statistics statistics;
  weir_tap_statistics_read(tap, &statistics);
  EXPECT_EQ(statistics.state, WEIR_TAP_STATE_OPEN);
  EXPECT_EQ(statistics.produced, 3U);
  EXPECT_EQ(statistics.sent, 2U);
  EXPECT_EQ(statistics.dropped[WEIR_TAP_INVALID], 1U);
  EXPECT_STREQ(weir_tap_outcome_text(WEIR_TAP_QUEUE_FULL), "queue_full");
  EXPECT_STREQ(weir_tap_state_text(WEIR_TAP_STATE_OPEN), "open");
  weir_tap_free(tap);
  EXPECT_EQ(payloads_in(folder / "x").size(), 2U) << "freeing closes";
}

TEST_F(CFaceTest, numbers_that_c_lets_through_are_refused) {
  weir_tap* const tap = open(folder / "x");
  ASSERT_NE(tap, nullptr) << error;
  for (const int wrong : {-1, 0, 15, 256 + 5}) {
    weir_tap_message message{};
    message.type = wrong;
    message.protocol = WEIR_TAP_UDP;
    EXPECT_EQ(weir_tap_log(tap, &message), WEIR_TAP_INVALID) << wrong;
  }
  weir_tap_free(tap);
}

TEST_F(CFaceTest, says_why_it_did_not_open_as_far_as_there_is_room) {
  EXPECT_EQ(open("tcp:host:0"), nullptr);
  EXPECT_EQ(std::string_view(error).substr(0, 8), "output: ");
  EXPECT_EQ(std::string_view(error).size(), sizeof error - 1);
}

TEST_F(CFaceTest, E01_null_is_off) {
  EXPECT_EQ(weir_tap_client_query(nullptr, nullptr, nullptr, WEIR_TAP_UDP, "q", 1),
            WEIR_TAP_CLOSED);
  weir_tap_statistics statistics;
  weir_tap_statistics_read(nullptr, &statistics);
  EXPECT_EQ(statistics.state, WEIR_TAP_STATE_OFF);
  EXPECT_TRUE(weir_tap_close(nullptr, 0));
  weir_tap_free(nullptr);
}

}  // namespace
}  // namespace weir
