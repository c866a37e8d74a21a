// Tests of keywords and regular expressions.
#include "names/patterns.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "base/random.h"

namespace weir::names {
namespace {

using testing::ElementsAre;
using testing::UnorderedElementsAre;

std::vector<int> found(const PatternSet& set, std::string_view name) {
  std::vector<int> indices;
  set.find(name, indices);
  return indices;
}

TEST(Patterns, are_all_found_at_once) {
  const auto set = PatternSet::compile({{Kind::kKeyword, "ad.s"},
                                        {Kind::kRegex, "^x[0-9]+\\."},
                                        {Kind::kKeyword, "X1"},
                                        {Kind::kRegex, "com$"}});
  ASSERT_TRUE(set);
  EXPECT_THAT(found(**set, "x12.ad.s.com"), UnorderedElementsAre(0, 1, 2, 3));
  EXPECT_THAT(found(**set, "adxs.x12.org"), UnorderedElementsAre(2));
  EXPECT_THAT(found(**set, "example.org"), ElementsAre());
}

TEST(Patterns, are_found_by_an_automaton_that_has_not_room_for_all_its_states) {
  // Each needs as many states as there are histories of its last octets.
  std::vector<std::string> texts;
  for (char c = 'a'; c <= 'h'; ++c) texts.push_back(std::string(1, c) + "[a-z]{18}z");
  std::vector<PatternSet::Pattern> patterns;
  for (const std::string& text : texts) patterns.push_back({Kind::kRegex, text});
  const auto set = PatternSet::compile(patterns);
  ASSERT_TRUE(set);
  SeededRandom random(1);
  for (int round = 0; round < 400; ++round) {
    std::string name(200, 'a');
    for (char& c : name) c = static_cast<char>('a' + random.below(26));
    name[100] = static_cast<char>('a' + round % 8);
    name[119] = 'z';
    EXPECT_THAT(found(**set, name), testing::Contains(round % 8));
  }
}

TEST(Patterns, that_need_too_much_memory_together_are_an_error) {
  std::vector<std::string> texts;
  for (size_t i = 0; i < kMostPatterns; ++i)
    texts.push_back("x" + std::to_string(i) + "y[^.]{900}a[^.]{900}b");
  std::vector<PatternSet::Pattern> patterns;
  for (const std::string& text : texts) patterns.push_back({Kind::kRegex, text});
  ASSERT_TRUE(is_regex(texts.back()));
  EXPECT_TRUE(PatternSet::compile({patterns.back()}));
  EXPECT_FALSE(PatternSet::compile(patterns));
}

TEST(Patterns, too_many_are_an_error) {
  const std::vector<PatternSet::Pattern> patterns(kMostPatterns + 1, {Kind::kKeyword, "a"});
  EXPECT_FALSE(PatternSet::compile(patterns));
}

TEST(Patterns, what_a_matcher_does_not_take) {
  EXPECT_TRUE(is_regex("a{1,3}"));
  EXPECT_FALSE(is_regex("a{1,30000}"));
  EXPECT_FALSE(is_regex("(a"));
  EXPECT_FALSE(is_regex("(?=a)"));
  EXPECT_FALSE(is_regex("((a{100}){100}){100}"));
  EXPECT_FALSE(is_keyword(""));
  EXPECT_FALSE(is_keyword("a b"));
  EXPECT_FALSE(is_keyword("\xc3\xbc"));
}

}  // namespace
}  // namespace weir::names
