// Tests of what all syntaxes end in: marks before names, attributes, and words.
#include "names/rule_writer.h"

#include <gtest/gtest.h>

#include "kit/name_lists.h"

namespace weir::names {
namespace {

using What = Taken::What;

TEST(RuleWriter, marks_before_a_name_say_what_it_covers) {
  const ReadOptions options;
  List list;
  RuleWriter out(options, list);
  for (const std::string_view text : {"x.org", ".x.org", "+.x.org", "*.x.org"})
    EXPECT_EQ(out.name(Kind::kExact, Action::kInclude, text).what, What::kRule);
  EXPECT_EQ(kit::rules_of(list), (std::vector<std::string>{"exact x.org.", "suffix x.org.",
                                                           "suffix x.org.", "wildcard x.org."}));
}

TEST(RuleWriter, patterns_are_bounded_in_number_and_size) {
  const ReadOptions options;
  List list;
  RuleWriter out(options, list);
  const std::string large(kMostPatternOctets + 1, 'a');
  EXPECT_EQ(out.pattern(Kind::kKeyword, Action::kInclude, large).refusal, Refusal::kBadPattern);
  EXPECT_EQ(out.pattern(Kind::kRegex, Action::kInclude, "(").refusal, Refusal::kBadPattern);
  EXPECT_EQ(out.pattern(Kind::kKeyword, Action::kInclude, "(").what, What::kRule);
  for (size_t i = 1; i < kMostPatterns; ++i)
    EXPECT_EQ(out.pattern(Kind::kKeyword, Action::kInclude, "a").what, What::kRule);
  EXPECT_EQ(out.pattern(Kind::kKeyword, Action::kInclude, "a").refusal, Refusal::kTooMany);
}

TEST(RuleWriter, wants_lines_that_have_all_attributes_and_none_of_the_unwanted) {
  List list;
  const ReadOptions options{.attributes = {"ads", "-cn"}};
  const RuleWriter out(options, list);
  EXPECT_TRUE(out.wants("@ads @x"));
  EXPECT_FALSE(out.wants("@ads @cn"));
  EXPECT_FALSE(out.wants("@cn"));
  EXPECT_FALSE(out.wants(""));
}

TEST(Words, are_cut_at_blanks) {
  std::string_view text = " a\tbc \r";
  EXPECT_EQ(take_word(text), "a");
  EXPECT_EQ(take_word(text), "bc");
  EXPECT_EQ(take_word(text), "");
  EXPECT_EQ(trim(" \t\v"), "");
  std::string_view parts = "a/b/";
  EXPECT_EQ(take_until(parts, '/'), "a");
  EXPECT_EQ(take_until(parts, '/'), "b");
  EXPECT_EQ(parts, "");
}

}  // namespace
}  // namespace weir::names
