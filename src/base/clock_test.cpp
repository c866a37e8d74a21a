// Tests of the clocks: the machine's goes forward, the virtual one stands.
#include "base/clock.h"

#include <gtest/gtest.h>

namespace weir {
namespace {

TEST(SystemClock, measures_forward_and_knows_the_century) {
  const SystemClock clock;
  const Instant before = clock.now();
  EXPECT_GE(clock.now(), before);
  EXPECT_GT(clock.wall_now(), wall_time(1'700'000'000'000'000'000));
}

TEST(VirtualClock, stands_until_it_is_moved_and_moves_both_times) {
  VirtualClock clock;
  const Instant start = clock.now();
  const WallTime wall = clock.wall_now();
  EXPECT_EQ(clock.now(), start);
  clock.advance(1500ms);
  EXPECT_EQ(clock.now() - start, 1500ms);
  EXPECT_EQ(clock.wall_now() - wall, 1500ms);
}

TEST(WallTime, survives_the_way_through_nanoseconds) {
  EXPECT_EQ(to_nanoseconds(wall_time(1'795'215'600'123'456'789)), 1'795'215'600'123'456'789);
  EXPECT_DOUBLE_EQ(to_seconds(1500ms), 1.5);
}

}  // namespace
}  // namespace weir
