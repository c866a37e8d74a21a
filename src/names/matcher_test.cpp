// Tests of the matcher: label boundaries, precedence, many sets at once, and a reference that looks
// at every rule for every name.
#include "names/matcher.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <array>
#include <string>

#include "kit/name_lists.h"
#include "names/reader.h"

namespace weir::names {
namespace {

/// A matcher of one list a set, and the lists.
struct Compiled {
  std::vector<Reading> readings;
  std::shared_ptr<const Matcher> matcher;

  Verdict match(std::string_view name) const { return matcher->match(kit::wire(name)); }
  bool has(std::string_view name) const { return match(name).included == 1; }
};

Compiled compile(const std::vector<std::string>& lists) {
  Compiled compiled;
  for (const std::string& text : lists) compiled.readings.push_back(read_list(text));
  std::vector<Matcher::Member> members;
  for (size_t set = 0; set < lists.size(); ++set)
    members.push_back({set, &compiled.readings[set].list});
  compiled.matcher = *Matcher::compile(members, 7);
  return compiled;
}

TEST(Matcher, D24_matches_on_label_boundaries_only) {
  const Compiled sets = compile({"face.com\nt.co\nexample.org"});
  EXPECT_TRUE(sets.has("face.com"));
  EXPECT_TRUE(sets.has("www.face.com"));
  EXPECT_FALSE(sets.has("facebook.com"));
  EXPECT_FALSE(sets.has("www.facebook.com"));
  EXPECT_FALSE(sets.has("x.tb.co"));
  EXPECT_FALSE(sets.has("www.tumblr.co"));
  EXPECT_TRUE(sets.has("a.b.example.org"));
  EXPECT_FALSE(sets.has("badexample.org"));
  EXPECT_FALSE(sets.has("example.org.evil.net"));
  EXPECT_FALSE(sets.has("com"));
  EXPECT_FALSE(sets.has("."));
}

TEST(Matcher, D25_B04_folds_children_of_listed_parents_and_no_strangers) {
  const Compiled sets = compile({"www.foobar.com\nb.foo.com\nfoo.com\na.b.foo.com"});
  EXPECT_EQ(sets.matcher->statistics().names, 2U);
  EXPECT_EQ(sets.matcher->statistics().folded, 2U);
  EXPECT_TRUE(sets.has("www.foobar.com"));
  EXPECT_TRUE(sets.has("x.a.b.foo.com"));
  EXPECT_FALSE(sets.has("foobar.com"));
}

TEST(Matcher, a_child_of_an_excluded_child_is_kept) {
  const Compiled sets = compile({"foo.com\nexclude:b.foo.com\na.b.foo.com"});
  EXPECT_EQ(sets.matcher->statistics().folded, 0U);
  EXPECT_TRUE(sets.has("foo.com"));
  EXPECT_FALSE(sets.has("c.b.foo.com"));
  EXPECT_TRUE(sets.has("x.a.b.foo.com"));
}

TEST(Matcher, R2_an_exclusion_beats_an_inclusion_of_equal_length) {
  EXPECT_FALSE(compile({"a.com\n@@||a.com^"}).has("x.a.com"));
  EXPECT_FALSE(compile({"@@||a.com^\na.com"}).has("a.com"));
  const Compiled sets = compile({"a.com\nexclude:full:a.com"});
  EXPECT_FALSE(sets.has("a.com"));
  EXPECT_TRUE(sets.has("x.a.com"));
}

TEST(Matcher, R2_kinds_cover_what_they_say) {
  const Compiled sets = compile({"full:a.com\n*.b.com\nkeyword:track\nregexp:^ads[0-9]+\\."});
  EXPECT_TRUE(sets.has("a.com"));
  EXPECT_FALSE(sets.has("x.a.com"));
  EXPECT_FALSE(sets.has("b.com"));
  EXPECT_TRUE(sets.has("x.y.b.com"));
  EXPECT_TRUE(sets.has("backtracking.org"));
  EXPECT_TRUE(sets.has("ads12.org"));
  EXPECT_FALSE(sets.has("adsx.org"));
}

TEST(Matcher, R2_patterns_speak_only_where_no_name_does) {
  const Compiled sets = compile({"good.com\nexclude:keyword:ads\nexclude:bad.com\nkeyword:bad"});
  EXPECT_TRUE(sets.has("ads.good.com"));
  EXPECT_FALSE(sets.has("bad.com"));
  EXPECT_TRUE(sets.has("bad.org"));
  EXPECT_EQ(sets.match("bads.org"), (Verdict{0, 1}));
}

TEST(Matcher, one_lookup_tells_every_set_that_a_name_belongs_to) {
  const Compiled sets =
      compile({"com", "a.com", "exclude:a.com\nkeyword:a", "full:x.a.com", "org"});
  EXPECT_EQ(sets.match("x.a.com"), (Verdict{0b1011, 0b0100}));
  EXPECT_EQ(sets.match("y.a.com"), (Verdict{0b0011, 0b0100}));
  EXPECT_EQ(sets.match("ya.net"), (Verdict{0b0100, 0}));
}

TEST(Matcher, several_lists_make_up_one_set) {
  const Reading one = read_list("a.com");
  const Reading two = read_list("exclude:x.a.com\nb.com");
  const auto matcher = *Matcher::compile({{63, &one.list}, {63, &two.list}}, 7);
  EXPECT_EQ(matcher->match(kit::wire("y.a.com")).included, set_bit(63));
  EXPECT_EQ(matcher->match(kit::wire("x.a.com")).excluded, set_bit(63));
  EXPECT_EQ(matcher->match(kit::wire("b.com")).included, set_bit(63));
}

TEST(Matcher, an_exclusion_beats_an_inclusion_of_the_same_name_below_another_exclusion) {
  for (const char* text :
       {"exclude:com\nexclude:a.com\na.com", "exclude:com\na.com\nexclude:a.com"}) {
    const Compiled sets = compile({text});
    EXPECT_EQ(sets.match("a.com").excluded, 1U) << text;
    EXPECT_EQ(sets.match("x.a.com"), (Verdict{0, 1})) << text;
  }
}

TEST(Matcher, without_rules_nothing_matches) {
  const Compiled sets = compile({});
  EXPECT_EQ(sets.match("a.com"), Verdict{});
  EXPECT_EQ(sets.match("."), Verdict{});
}

TEST(Matcher, too_many_patterns_are_an_error) {
  std::vector<Reading> readings(2);
  for (Reading& reading : readings)
    for (size_t i = 0; i < kMostPatterns; ++i)
      reading.list.add_pattern(Kind::kKeyword, Action::kInclude, "a");
  EXPECT_FALSE(Matcher::compile({{0, &readings[0].list}, {1, &readings[1].list}}, 7));
}

/// What the sets say about a name, from every rule by itself.
Verdict reference(const std::vector<List>& lists, const dns::Name& name) {
  Verdict verdict;
  for (size_t set = 0; set < lists.size(); ++set) {
    size_t longest = 0;
    bool excluded = false;
    lists[set].each_name([&](const NameRule& rule) {
      const dns::Name owner = dns::Name::from_wire(rule.name);
      const bool covers = rule.kind == Kind::kExact      ? name == owner
                          : rule.kind == Kind::kWildcard ? name.is_within(owner) && name != owner
                                                         : name.is_within(owner);
      if (!covers || owner.size_octets() < longest) return;
      excluded = rule.action == Action::kExclude || (excluded && owner.size_octets() == longest);
      longest = owner.size_octets();
    });
    if (longest != 0) (excluded ? verdict.excluded : verdict.included) |= set_bit(set);
  }
  return verdict;
}

/// Names of few labels of few kinds, so that rules meet.
dns::Name random_name() {
  const auto labels = *rc::gen::inRange(1, 6);
  std::string text;
  for (int i = 0; i < labels; ++i)
    text += *rc::gen::elementOf(std::vector<std::string>{"a.", "b.", "ab.", "c-d."});
  return *dns::Name::parse(text);
}

TEST(Matcher, agrees_with_a_reference_that_looks_at_every_rule) {
  EXPECT_TRUE(rc::check("matcher equals reference", [] {
    std::vector<List> lists(3);
    for (List& list : lists) {
      const auto rules = *rc::gen::inRange(0, 12);
      for (int i = 0; i < rules; ++i) {
        const auto kind = *rc::gen::element(Kind::kExact, Kind::kSuffix, Kind::kWildcard);
        const auto action = *rc::gen::element(Action::kInclude, Action::kExclude);
        list.add_name(kind, action, random_name().wire());
      }
    }
    const auto matcher = *Matcher::compile({{0, &lists[0]}, {1, &lists[1]}, {2, &lists[2]}}, 7);
    for (int i = 0; i < 20; ++i) {
      const dns::Name name = random_name();
      RC_ASSERT(matcher->match(name.wire()) == reference(lists, name));
    }
  }));
}

}  // namespace
}  // namespace weir::names
