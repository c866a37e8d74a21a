// Tests of the wheel: every lease comes up at its tick, however far away, and renewed ones later.
#include "route/wheel.h"

#include <gtest/gtest.h>

#include <map>

#include "base/random.h"

namespace weir::route {
namespace {

struct Bench {
  LeasePool pool;
  Wheel wheel{pool};

  LeaseId insert(uint32_t expires) {
    const LeaseId id = pool.take();
    pool[id].expires = expires;
    wheel.insert(id);
    return id;
  }
  LeaseId pop(uint32_t now) {
    size_t steps = 1'000'000;
    return wheel.pop(now, steps);
  }
};

TEST(Wheel, leases_come_up_at_their_tick_and_not_before) {
  Bench bench;
  for (const uint32_t expires : {1U, 63U, 64U, 65U, 4095U, 4096U, 4160U, 262'144U, 20'000'000U}) {
    const LeaseId id = bench.insert(expires);
    EXPECT_EQ(bench.pop(expires - 1), 0U) << expires;
    EXPECT_EQ(bench.pop(expires), id) << expires;
    EXPECT_EQ(bench.pop(expires), 0U) << expires;
  }
}

TEST(Wheel, a_renewed_lease_comes_up_at_its_new_tick) {
  Bench bench;
  const LeaseId id = bench.insert(10);
  bench.pool[id].expires = 500;
  EXPECT_EQ(bench.pop(499), 0U);
  EXPECT_EQ(bench.pop(500), id);
}

TEST(Wheel, what_is_overdue_comes_up_at_once) {
  Bench bench;
  EXPECT_EQ(bench.pop(1000), 0U);
  const LeaseId id = bench.insert(5);
  EXPECT_EQ(bench.pop(1000), id);
}

TEST(Wheel, work_is_done_in_steps_and_nothing_is_lost_between) {
  Bench bench;
  for (int i = 0; i < 1000; ++i) bench.insert(100);
  size_t seen = 0;
  for (int rounds = 0; seen < 1000; ++rounds) {
    ASSERT_LT(rounds, 1000);
    size_t steps = 7;
    while (bench.wheel.pop(100, steps) != 0) ++seen;
  }
  EXPECT_EQ(bench.pop(100), 0U);
}

TEST(Wheel, says_when_to_look_again) {
  Bench bench;
  EXPECT_EQ(bench.wheel.next(), std::nullopt);
  bench.insert(1'000'000);
  const LeaseId id = bench.insert(70);
  // Of coarse slots it knows the beginning only.
  EXPECT_EQ(bench.wheel.next(), 64U);
  EXPECT_EQ(bench.pop(64), 0U);
  EXPECT_EQ(bench.wheel.next(), 70U);
  EXPECT_EQ(bench.pop(70), id);
  EXPECT_GT(bench.wheel.next(), 70U);
  EXPECT_LE(bench.wheel.next(), 1'000'000U);
}

TEST(Wheel, agrees_with_a_sorted_list) {
  SeededRandom random(11);
  Bench bench;
  std::multimap<uint32_t, LeaseId> due;
  uint32_t now = 0;
  for (int round = 0; round < 3000; ++round) {
    for (uint64_t i = random.below(4); i != 0; --i) {
      const auto ahead = static_cast<uint32_t>(random.next() >> (44 + random.below(20)));
      due.emplace(now + ahead, bench.insert(now + ahead));
    }
    now += static_cast<uint32_t>(random.next() >> (48 + random.below(16)));
    while (const LeaseId id = bench.pop(now)) {
      const uint32_t expires = bench.pool[id].expires;
      ASSERT_LE(expires, now);
      const auto [first, last] = due.equal_range(expires);
      const auto mine = std::find_if(first, last, [&](auto& each) { return each.second == id; });
      ASSERT_NE(mine, last);
      due.erase(mine);
    }
    ASSERT_TRUE(due.empty() || due.begin()->first > now);
  }
}

}  // namespace
}  // namespace weir::route
