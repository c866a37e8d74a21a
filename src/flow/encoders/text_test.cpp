// Tests of the text form: its words, and that no name can forge one.
#include <gtest/gtest.h>

#include <algorithm>

#include "flow/catalogue.h"
#include "kit/observations.h"

namespace weir::flow {
namespace {

std::string line(const model::Observation& observation, std::string_view identity = "edge-01") {
  std::string out;
  make_encoder(Format::kText, identity, "")->encode(observation, out);
  return out;
}

TEST(Text, one_line_of_words_in_the_usual_order) {
  kit::Seen seen("www.example.org", 1'700'000'000'000'000'000);
  seen.answer(1500us);
  EXPECT_EQ(
      line(seen.observation),
      "2023-11-14T22:13:20.001500000Z edge-01 CLIENT_RESPONSE NOERROR 192.0.2.7 5353 IPv4 UDP "
      "49b www.example.org A 0.001500000\n");
}

TEST(Text, what_is_unknown_is_a_dash_and_words_stay_in_place) {
  kit::Seen seen("example.org");
  seen.query.resize(3);
  seen.observation.query_message = seen.query;
  seen.observation.query_endpoint.reset();
  seen.describe();
  EXPECT_EQ(line(seen.observation, "").substr(30),
            " - CLIENT_QUERY NOERROR - - - UDP 3b - - - malformed: " +
                std::string(dns::to_text(dns::MalformedCode::kShortHeader)) + " at octet " +
                std::to_string(seen.observation.malformed.offset) + "\n");
}

TEST(Text, no_name_can_forge_a_line_or_a_word) {
  for (int octet = 0; octet < 256; ++octet) {
    kit::Seen seen("example.org");
    seen.set_question(Octets{3, 'a', static_cast<uint8_t>(octet), 'b', 0});
    seen.describe();
    const std::string text = line(seen.observation, "two words\n");
    EXPECT_EQ(std::count(text.begin(), text.end(), ' '), 11) << text;
    EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 1);
    for (const char c : text) EXPECT_TRUE((c >= 0x20 && c < 0x7f) || c == '\n');
  }
}

}  // namespace
}  // namespace weir::flow
