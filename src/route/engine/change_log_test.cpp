// Tests of what is told of changes.
#include "route/engine/change_log.h"

#include <gtest/gtest.h>

namespace weir::route {
namespace {

class ChangeLogTest : public testing::Test {
 protected:
  Prefix prefix(int last) const { return *Prefix::parse("198.51.101." + std::to_string(last)); }
  void announce(int last) { feed_.announce({prefix(last), 0}, Reason::kLearned); }

  std::vector<std::string> sets_ = {"vpn"};
  Feed feed_{1};
  Admission admission_;
  LeaseTable leases_{feed_, admission_, Instant{}, 1};
};

TEST_F(ChangeLogTest, keeps_the_last_changes_by_number) {
  ChangeLog log(feed_, leases_, sets_, {.kept = 3, .lines_a_second = 0});
  for (int i = 1; i <= 5; ++i) announce(i);
  EXPECT_EQ(log.follow(100, {}, {}), 5u);
  const auto all = log.after(0, 100);
  ASSERT_EQ(all.size(), 3u);
  EXPECT_EQ(all.front().number, 3u);
  EXPECT_EQ(all.front().prefix, prefix(3));
  EXPECT_EQ(log.after(4, 100).size(), 1u);
  EXPECT_EQ(log.after(5, 100).size(), 0u);
  EXPECT_EQ(log.after(0, 2).size(), 2u);
}

TEST_F(ChangeLogTest, counts_what_it_may_not_log) {
  ChangeLog log(feed_, leases_, sets_, {.kept = 10, .lines_a_second = 2});
  for (int i = 1; i <= 5; ++i) announce(i);
  log.follow(100, Instant(1s), {});
  EXPECT_EQ(log.unlogged(), 3u);
  EXPECT_EQ(log.changes(true, Reason::kLearned), 5u);
}

TEST_F(ChangeLogTest, follows_a_bounded_number_at_a_time) {
  ChangeLog log(feed_, leases_, sets_, {});
  for (int i = 1; i <= 5; ++i) announce(i);
  EXPECT_EQ(log.follow(3, {}, {}), 3u);
  EXPECT_EQ(log.follow(3, {}, {}), 2u);
}

TEST_F(ChangeLogTest, a_route_that_came_says_for_which_name) {
  leases_.configure(0, {.name = "vpn"});
  ChangeLog log(feed_, leases_, sets_, {});
  const Octets name = {3, 'w', 'w', 'w', 7, 'e', 'x', 'a', 'm', 'p', 'l', 'e', 0};
  leases_.sight({0, name, prefix(1).address, 60s}, Instant(1s));
  log.follow(10, Instant(1s), {});
  const auto all = log.after(0, 10);
  ASSERT_EQ(all.size(), 1u);
  EXPECT_EQ(all[0].set, "vpn");
  EXPECT_EQ(all[0].name, "www.example");
  EXPECT_EQ(all[0].reason, "learned");
}

}  // namespace
}  // namespace weir::route
