// The wheel against a sorted list, and its edges.
#include "edge/upstreams/deadlines.h"

#include <gtest/gtest.h>

#include <map>
#include <set>

#include "base/random.h"

namespace weir::edge::upstreams {
namespace {

Instant at(Duration since) { return Instant(1000s + since); }

std::vector<uint32_t> due(Deadlines& wheel, Duration now) {
  std::vector<uint32_t> out;
  wheel.take_due(at(now), out);
  return out;
}

TEST(Deadlines, fall_due_in_time_and_not_before) {
  Deadlines wheel;
  wheel.add(3, at(100ms));
  wheel.add(5, at(100ms + 1ns));
  EXPECT_EQ(wheel.earliest(), at(100ms));
  EXPECT_TRUE(due(wheel, 99ms).empty());
  EXPECT_EQ(due(wheel, 100ms), std::vector<uint32_t>{3});
  EXPECT_EQ(wheel.earliest(), at(100ms + 1ns));
  EXPECT_EQ(due(wheel, 10s), std::vector<uint32_t>{5});
  EXPECT_EQ(wheel.earliest(), std::nullopt);
}

TEST(Deadlines, removing_is_allowed_twice_and_for_strangers) {
  Deadlines wheel;
  wheel.add(1, at(5ms));
  wheel.remove(1);
  wheel.remove(1);
  wheel.remove(77);
  EXPECT_EQ(wheel.size(), 0u);
  EXPECT_TRUE(due(wheel, 1s).empty());
}

TEST(Deadlines, a_time_further_than_one_turn_waits_for_its_turn) {
  Deadlines wheel;
  wheel.add(1, at(60s));
  wheel.add(2, at(60s + 10ms));
  wheel.add(3, at(8s));
  EXPECT_EQ(wheel.earliest(), at(8s));
  EXPECT_TRUE(due(wheel, 7s).empty());
  EXPECT_EQ(due(wheel, 59s), std::vector<uint32_t>{3});
  EXPECT_EQ(wheel.earliest(), at(60s));
  EXPECT_EQ(due(wheel, 61s), (std::vector<uint32_t>{1, 2}));
}

TEST(Deadlines, a_time_in_the_past_is_due_at_once) {
  Deadlines wheel;
  wheel.add(1, at(10s));
  EXPECT_TRUE(due(wheel, 5s).empty());
  wheel.add(2, at(1s));
  EXPECT_EQ(wheel.earliest(), at(1s));
  EXPECT_EQ(due(wheel, 5s), std::vector<uint32_t>{2});
}

TEST(Deadlines, agree_with_a_sorted_map_whatever_comes) {
  SeededRandom random(7);
  Deadlines wheel;
  std::multimap<Instant, uint32_t> model;
  std::map<uint32_t, Instant> where;
  Duration now = 0ms;
  for (int step = 0; step < 20000; ++step) {
    const auto slot = static_cast<uint32_t>(random.below(300));
    if (const auto known = where.find(slot); known != where.end()) {
      wheel.remove(slot);
      std::erase_if(model, [&](const auto& entry) { return entry.second == slot; });
      where.erase(known);
    } else {
      const Instant when = at(now + Duration(static_cast<int64_t>(random.below(20'000'000'000))));
      wheel.add(slot, when);
      model.emplace(when, slot);
      where[slot] = when;
    }
    now += Duration(static_cast<int64_t>(random.below(60'000'000)));
    const auto taken = due(wheel, now);
    std::multiset<uint32_t> got(taken.begin(), taken.end());
    std::multiset<uint32_t> expected;
    while (!model.empty() && model.begin()->first <= at(now)) {
      expected.insert(model.begin()->second);
      where.erase(model.begin()->second);
      model.erase(model.begin());
    }
    ASSERT_EQ(got, expected) << "step " << step;
    ASSERT_EQ(wheel.size(), model.size());
    ASSERT_EQ(wheel.earliest(), model.empty() ? std::nullopt : std::optional(model.begin()->first));
  }
}

}  // namespace
}  // namespace weir::edge::upstreams
