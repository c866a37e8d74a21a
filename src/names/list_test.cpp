// Tests of the container of a list's rules.
#include "names/list.h"

#include <gtest/gtest.h>

#include "kit/name_lists.h"

namespace weir::names {
namespace {

TEST(List, gives_back_its_rules_in_order) {
  List list;
  list.add_name(Kind::kSuffix, Action::kInclude, kit::wire("example.com"));
  list.add_name(Kind::kExact, Action::kExclude, kit::wire("a.b.c"));
  list.add_name(Kind::kWildcard, Action::kInclude, kit::wire("x"));
  list.add_pattern(Kind::kKeyword, Action::kExclude, "ads");
  list.add_prefix(*Prefix::parse("2001:db8::/32"));
  EXPECT_EQ(kit::rules_of(list),
            (std::vector<std::string>{"suffix example.com.", "!exact a.b.c.", "wildcard x.",
                                      "!keyword ads", "net 2001:db8::/32"}));
  EXPECT_EQ(list.name_count(), 3U);
  EXPECT_EQ(list.size(), 5U);
}

}  // namespace
}  // namespace weir::names
