// Tests of the short line: whose address it has, and that no name can forge one. That it is the
// line of `dnstap -q`, that program is asked (tests/integration/test_read_dnstap.py).
#include <gtest/gtest.h>

#include <algorithm>

#include "flow/catalogue.h"
#include "kit/observations.h"

namespace weir::flow {
namespace {

std::string line(const model::Observation& observation) {
  std::string out;
  make_encoder(Format::kShort, "", "")->encode(observation, out);
  return out;
}

TEST(Short, who_serves_names_the_client_and_who_asks_names_the_server) {
  kit::Seen seen("www.example.org", 1'700'000'000'000'000'000);
  EXPECT_EQ(line(seen.observation),
            "22:13:20.000000 CQ 192.0.2.7 UDP 33b \"www.example.org.\" IN A\n");
  seen.answer(1500us);
  EXPECT_EQ(line(seen.observation),
            "22:13:20.001500 CR 192.0.2.7 UDP 49b \"www.example.org.\" IN A\n");
  seen.observation.type = model::MessageType::kForwarderResponse;
  EXPECT_EQ(line(seen.observation),
            "22:13:20.001500 FR 192.0.2.53 UDP 49b \"www.example.org.\" IN A\n");
}

TEST(Short, what_is_unknown_is_left_out_or_a_dash) {
  kit::Seen seen("example.org");
  seen.query.resize(3);
  seen.observation.query_message = seen.query;
  seen.observation.query_endpoint.reset();
  seen.describe();
  EXPECT_EQ(line(seen.observation), "22:13:20.000000 CQ - UDP 3b\n");
}

TEST(Short, no_name_can_forge_a_line) {
  for (int octet = 0; octet < 256; ++octet) {
    kit::Seen seen("example.org");
    seen.set_question(Octets{3, 'a', static_cast<uint8_t>(octet), 'b', 0});
    seen.describe();
    const std::string text = line(seen.observation);
    EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 1);
    for (const char c : text) EXPECT_TRUE((c >= 0x20 && c < 0x7f) || c == '\n');
  }
}

}  // namespace
}  // namespace weir::flow
