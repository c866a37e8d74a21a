// Counters under many threads: nothing is lost, and readers may read at any time.
#include "metrics/counter.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace weir::metrics {
namespace {

TEST(Counter, adds_of_more_threads_than_shards_are_all_counted) {
  Counter counter;
  std::vector<std::thread> threads;
  for (size_t i = 0; i < kShards + 3; ++i)
    threads.emplace_back([&] {
      for (int n = 0; n < 10'000; ++n) counter.add();
      counter.add(5);
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(counter.value(), (kShards + 3) * 10'005);
}

TEST(Counter, threads_are_dealt_to_shards_in_turn_and_stay) {
  const size_t mine = shard_of_this_thread();
  size_t next = kShards;
  std::thread([&] { next = shard_of_this_thread(); }).join();
  EXPECT_NE(next, mine);
  EXPECT_LT(next, kShards);
  EXPECT_EQ(shard_of_this_thread(), mine);
}

TEST(LocalCounter, is_read_by_others_while_its_owner_adds) {
  LocalCounter counter;
  std::thread owner([&] {
    for (int n = 0; n < 100'000; ++n) counter.add();
  });
  uint64_t last = 0;
  while (last < 100'000) {
    const uint64_t now = counter.value();
    ASSERT_GE(now, last);
    last = now;
  }
  owner.join();
  EXPECT_EQ(counter.value(), 100'000);
}

TEST(Gauge, sets_and_adds) {
  Gauge gauge;
  gauge.set(2.5);
  gauge.add(-1);
  EXPECT_DOUBLE_EQ(gauge.value(), 1.5);
}

}  // namespace
}  // namespace weir::metrics
