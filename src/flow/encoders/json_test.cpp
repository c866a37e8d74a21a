// Tests of the nested JSON form, read back by simdjson.
#include <gtest/gtest.h>
#include <simdjson.h>

#include "flow/catalogue.h"
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

}  // namespace
}  // namespace weir::flow
