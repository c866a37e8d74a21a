// W-19: the texts of a line, and which observations have one.
#include <gtest/gtest.h>
#include <simdjson.h>

#include "flow/catalogue.h"
#include "kit/observations.h"

namespace weir::flow {
namespace {

std::string line_of(const model::Observation& observation) {
  std::string line;
  make_encoder(Format::kDnswatch, "", "")->encode(observation, line);
  return line;
}

TEST(Dnswatch, W19_a_lookup_is_five_texts) {
  kit::Seen seen("www.Example.org");
  seen.answer();
  EXPECT_EQ(line_of(seen.observation),
            R"({"timestamp":"2023-11-14 22:13:20","client_ip":"192.0.2.7",)"
            R"("query":"www.Example.org.","type":"1","action":"allow"})"
            "\n");
}

TEST(Dnswatch, W19_what_is_blocked_says_so_and_where_it_was_led) {
  kit::Seen seen("example.org");
  seen.answer();
  seen.observation.answer_source = model::AnswerSource::kPolicy;
  EXPECT_EQ(line_of(seen.observation).find("response"), std::string::npos);
  const std::string_view cname("\xc0\x0c\0\5\0\1\0\0\0\5\0\6\4sink\0", 18);
  seen.response[7] = 2;
  seen.response.insert(seen.response.end(), cname.begin(), cname.end());
  seen.observation.response_message = seen.response;
  seen.describe();
  const std::string line = line_of(seen.observation);
  EXPECT_TRUE(line.ends_with("\"action\":\"block\",\"response\":\"Redirected to sink.\"}\n"))
      << line;
}

TEST(Dnswatch, a_line_stands_for_a_lookup_and_nothing_else_has_one) {
  kit::Seen seen("example.org");
  EXPECT_TRUE(line_of(seen.observation).empty()) << "it has no outcome";
  seen.answer();
  seen.observation.type = model::MessageType::kForwarderResponse;
  EXPECT_TRUE(line_of(seen.observation).empty()) << "no client asked";
  seen.observation.type = model::MessageType::kAuthResponse;
  EXPECT_FALSE(line_of(seen.observation).empty());
}

TEST(Dnswatch, D18_any_name_gives_valid_json_that_reads_back) {
  simdjson::dom::parser parser;
  for (int octet = 0; octet < 256; ++octet) {
    kit::Seen seen("example.org");
    const Octets wire = {4, 'a', static_cast<uint8_t>(octet), '"', '\\', 0};
    seen.set_question(wire);
    seen.answer();
    std::string_view text;
    const std::string line = line_of(seen.observation);
    ASSERT_EQ(parser.parse(line)["query"].get(text), simdjson::SUCCESS) << line;
    const auto name = dns::Name::parse(text);
    ASSERT_TRUE(name) << text;
    EXPECT_TRUE(equal(name->wire(), wire)) << text;
  }
}

}  // namespace
}  // namespace weir::flow
