// Conditions are read or refused by the option that they came from.
#include "app/commands/conditions.h"

#include <gtest/gtest.h>

namespace weir::app {
namespace {

constexpr WallTime kNow = WallTime(Duration(1'700'000'000'000'000'000));

TEST(Conditions, nothing_said_is_no_condition) {
  const auto filter = read_conditions({.message = "all"}, kNow);
  ASSERT_TRUE(filter);
  EXPECT_FALSE(filter->type || filter->within || filter->since);
}

TEST(Conditions, each_word_sets_its_own) {
  const auto filter = read_conditions({.name = "example.org",
                                       .client = "192.0.2.0/24",
                                       .type = "AAAA",
                                       .rcode = "NXDOMAIN",
                                       .message = "CLIENT_QUERY",
                                       .since = "1h"},
                                      kNow);
  ASSERT_TRUE(filter);
  EXPECT_EQ(filter->within->to_text(), "example.org.");
  EXPECT_EQ(filter->client->length, 24);
  EXPECT_EQ(filter->qtype, dns::Type::kAaaa);
  EXPECT_EQ(filter->rcode, dns::Rcode::kNxDomain);
  EXPECT_EQ(filter->type, model::MessageType::kClientQuery);
  EXPECT_EQ(filter->since, kNow - 1h);
}

TEST(Conditions, a_wrong_word_is_told_with_its_option) {
  const auto filter = read_conditions({.type = "AAAAA"}, kNow);
  ASSERT_FALSE(filter);
  EXPECT_EQ(filter.error().what, "--type: expected a record type like AAAA or TYPE65");
}

}  // namespace
}  // namespace weir::app
