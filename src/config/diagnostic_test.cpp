// How diagnostics read.
#include "config/diagnostic.h"

#include <gtest/gtest.h>

namespace weir::config {
namespace {

TEST(Diagnostic, says_where_what_expected_and_meant) {
  EXPECT_EQ((Diagnostic{{"a.toml", 3, 7}, "x is wrong", "y", "\"z\""}).to_text(),
            "a.toml:3:7: x is wrong; expected y; did you mean \"z\"");
  EXPECT_EQ((Diagnostic{{"environment variable A"}, "x is wrong"}).to_text(),
            "environment variable A: x is wrong");
}

TEST(Diagnostic, many_have_a_line_each) {
  EXPECT_EQ(to_text({{{"a"}, "b"}, {{"c", 1, 2}, "d"}}), "a: b\nc:1:2: d\n");
}

}  // namespace
}  // namespace weir::config
