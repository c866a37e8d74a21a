// Tests of sing-box rule sets.
#include "names/sing_box.h"

#include <gtest/gtest.h>

#include "kit/name_lists.h"

namespace weir::names {
namespace {

struct Heard {
  std::vector<std::string> rules;
  std::vector<size_t> refused;  // numbers of rules
};

Heard read(std::string_view text) {
  const ReadOptions options;
  List list;
  RuleWriter out(options, list);
  Heard heard;
  read_sing_box(text, out, [&](size_t number, Taken taken) {
    if (taken.what == Taken::What::kRefused) heard.refused.push_back(number);
  });
  heard.rules = kit::rules_of(list);
  return heard;
}

TEST(SingBox, R24_reads_names_and_networks) {
  const Heard heard = read(R"({"version": 1, "rules": [
      {"domain": ["a.com"], "domain_suffix": [".b.com", "c.com"]},
      {"domain_keyword": "ads", "domain_regex": ["^x\\.", "("], "ip_cidr": "192.0.2.0/24"}]})");
  EXPECT_EQ(heard.rules,
            (std::vector<std::string>{"exact a.com.", "wildcard b.com.", "suffix c.com.",
                                      "keyword ads", "regex ^x\\.", "net 192.0.2.0/24"}));
  EXPECT_EQ(heard.refused, std::vector<size_t>{2});
}

TEST(SingBox, refuses_whole_rules_that_ask_for_more_than_names) {
  const Heard heard = read(R"({"rules": [
      {"domain": "a.com", "port": 443}, {"domain": "b.com", "invert": true}, 7,
      {"type": "logical", "rules": []}, {"domain": [1]}, {"domain": "c.com"}]})");
  EXPECT_EQ(heard.rules, std::vector<std::string>{"exact c.com."});
  EXPECT_EQ(heard.refused, (std::vector<size_t>{1, 2, 3, 4, 5}));
}

TEST(SingBox, refuses_what_is_no_rule_set) {
  for (const std::string_view text : {"", "{", "{}", "[]", R"({"rules": 1})", "{\"rules\": [}"})
    EXPECT_EQ(read(text).refused, std::vector<size_t>{1}) << text;
}

}  // namespace
}  // namespace weir::names
