// Values print so that reading them gives the same value.
#include "config/value.h"

#include <gtest/gtest.h>

#include "config/read.h"

namespace weir::config {
namespace {

TEST(Value, what_is_printed_reads_back) {
  const std::vector<std::pair<Kind, Scalar>> samples = {
      {Kind::kBoolean, true},
      {Kind::kInteger, int64_t{-5}},
      {Kind::kNumber, 0.1},
      {Kind::kNumber, 1e300},
      {Kind::kNumber, 3.0},
      {Kind::kDuration, Duration(90s)},
      {Kind::kDuration, Duration(0)},
      {Kind::kSize, uint64_t{64} << 20},
      {Kind::kSize, uint64_t{1001}},
      {Kind::kText, std::string("a \"b\"\n")},
      {Kind::kEndpoint, *Endpoint::parse("[2001:db8::1]:53")},
      {Kind::kPrefix, *Prefix::parse("192.0.2.0/24")}};
  for (const auto& [kind, scalar] : samples) {
    Field field;
    field.kind = kind;
    Diagnostics wrong;
    const auto node = parse_value(to_toml(scalar), "o");
    ASSERT_TRUE(node) << to_toml(scalar);
    EXPECT_EQ(read_value(field, *node, "x", wrong), Value{scalar}) << to_toml(scalar);
  }
}

TEST(Value, lists_have_brackets_and_unset_is_empty) {
  EXPECT_EQ(to_toml({int64_t{1}, int64_t{2}}, Count::kList), "[1, 2]");
  EXPECT_EQ(to_toml({}, Count::kList), "[]");
  EXPECT_EQ(to_toml({}, Count::kOptional), "");
}

}  // namespace
}  // namespace weir::config
