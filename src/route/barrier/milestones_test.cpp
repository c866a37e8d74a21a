// Tests of how far a stream of changes has come.
#include "route/barrier/milestones.h"

#include <gtest/gtest.h>

namespace weir::route {
namespace {

TEST(Milestones, a_version_is_reached_when_all_octets_before_it_have_arrived) {
  Milestones milestones(0s);
  const Instant now(1s);
  EXPECT_EQ(milestones.reached(now), 0u);
  milestones.written(5, 100);
  milestones.written(9, 250);
  milestones.arrived(99, now);
  EXPECT_EQ(milestones.reached(now), 0u);
  milestones.arrived(249, now);
  EXPECT_EQ(milestones.reached(now), 5u);
  milestones.arrived(250, now);
  EXPECT_EQ(milestones.reached(now), 9u);
}

TEST(Milestones, what_has_arrived_counts_when_it_has_settled) {
  Milestones milestones(60ms);
  milestones.written(5, 100);
  milestones.written(6, 200);
  milestones.arrived(100, Instant(1s));
  milestones.arrived(200, Instant(1s + 10ms));
  EXPECT_EQ(milestones.reached(Instant(1s + 59ms)), 0u);
  EXPECT_EQ(milestones.reached(Instant(1s + 60ms)), 5u);
  EXPECT_EQ(milestones.reached(Instant(1s + 70ms)), 6u);
}

TEST(Milestones, what_is_told_once_more_takes_nothing_back) {
  Milestones milestones(0s);
  milestones.written(9, 100);
  milestones.arrived(100, Instant());
  milestones.written(3, 200);
  milestones.written(9, 300);
  milestones.arrived(400, Instant());
  EXPECT_EQ(milestones.reached(Instant()), 9u);
  EXPECT_EQ(milestones.size(), 0u);
  milestones.clear();
  EXPECT_EQ(milestones.reached(Instant()), 0u) << "another session has been told nothing";
}

TEST(Milestones, the_queues_are_bounded_and_err_on_the_late_side) {
  Milestones milestones(1s);
  for (uint64_t i = 1; i <= 10'000; ++i) milestones.written(i, i);
  EXPECT_LE(milestones.size(), 256u);
  milestones.arrived(9'999, Instant());
  EXPECT_LT(milestones.reached(Instant(1s)), 9'999u);
  milestones.arrived(10'000, Instant(1s));
  EXPECT_EQ(milestones.reached(Instant(2s)), 10'000u);
  for (uint64_t i = 10'001; i <= 20'000; ++i) {
    milestones.written(i, i);
    milestones.arrived(i, Instant(3s));
  }
  EXPECT_LE(milestones.size(), 512u);
  EXPECT_EQ(milestones.reached(Instant(4s)), 20'000u);
}

}  // namespace
}  // namespace weir::route
