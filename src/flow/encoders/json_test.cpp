// Tests of the nested JSON form, read back by simdjson.
#include <gtest/gtest.h>
#include <simdjson.h>

#include "flow/catalogue.h"
#include "flow/encoder.h"
#include "kit/dns_messages.h"
#include "kit/observations.h"

namespace weir::flow {
namespace {

TEST(Json, nests_the_same_nouns) {
  kit::Seen seen("www.example.org");
  seen.answer(2ms);
  std::string text;
  make_encoder(Format::kJson, "edge-01", "weir")->encode(seen.observation, text);
  simdjson::dom::parser parser;
  const auto root = parser.parse(text);
  ASSERT_EQ(root.error(), simdjson::SUCCESS) << text;
  EXPECT_EQ(std::string_view(root["dnstap"]["operation"]), "CLIENT_RESPONSE");
  EXPECT_EQ(std::string_view(root["network"]["query-port"]), "5353");
  EXPECT_EQ(std::string_view(root["dns"]["qname"]), "www.example.org");
  EXPECT_TRUE(bool(root["dns"]["flags"]["qr"]));
  const auto answer = root["dns"]["resource-records"]["an"].at(0);
  EXPECT_EQ(std::string_view(answer["rdata"]), "203.0.113.9");
  EXPECT_EQ(int64_t(answer["ttl"]), 300);
  EXPECT_EQ(root["dns"]["resource-records"]["ns"].get_array().size(), 0U);
  EXPECT_EQ(root["edns"].error(), simdjson::NO_SUCH_FIELD);
  EXPECT_EQ(std::string_view(root["weir"]["answer-source"]), "upstream");
}

TEST(Json, options_are_a_list_of_objects) {
  kit::Seen seen("example.org");
  const std::string_view opt("\0\0\x29\x04\xd0\0\0\0\0\0\x0a\0\3\0\2ab\0\x0c\0\0", 21);
  seen.query[11] = 1;
  seen.query.insert(seen.query.end(), opt.begin(), opt.end());
  seen.observation.query_message = seen.query;
  seen.describe();
  std::string text;
  make_encoder(Format::kJson, "", "")->encode(seen.observation, text);
  simdjson::dom::parser parser;
  const auto root = parser.parse(text);
  ASSERT_EQ(root.error(), simdjson::SUCCESS) << text;
  EXPECT_EQ(std::string_view(root["edns"]["options"].at(0)["data"]), "6162");
  EXPECT_EQ(int64_t(root["edns"]["options"].at(1)["code"]), 12);
}

TEST(Json, a_compression_bomb_makes_no_endless_line) {
  size_t records = 0;
  const Octets bomb = kit::compression_bomb(records);
  kit::Seen seen("example.org");
  seen.answer(2ms);
  seen.observation.response_message = bomb;
  const auto encoder = make_encoder(Format::kJson, "", "");
  std::string text;
  encoder->encode(seen.observation, text);
  EXPECT_LT(text.size(), 2 * kMostRecordText);
  simdjson::dom::parser parser;
  const auto root = parser.parse(text);
  ASSERT_EQ(root.error(), simdjson::SUCCESS);
  const int64_t left_out(root["weir"]["records-left-out"]);
  EXPECT_GT(left_out, 3000);
  EXPECT_LT(left_out, static_cast<int64_t>(records));
  std::string small;
  encoder->encode(kit::Seen("example.org").observation, small);
  EXPECT_EQ(small.find("left-out"), small.npos) << "a bound of one line is not another's";
}

}  // namespace
}  // namespace weir::flow
