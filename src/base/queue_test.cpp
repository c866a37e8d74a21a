// Tests of the bounded queues: order, fullness, closing, and two threads at once.
#include "base/queue.h"

#include <gtest/gtest.h>

#include <memory>
#include <thread>

namespace weir {
namespace {

TEST(SpscRing, first_in_first_out_up_to_its_capacity) {
  SpscRing<int> ring(3);
  EXPECT_EQ(ring.capacity(), 4U);
  for (int i = 0; i < 4; ++i) EXPECT_TRUE(ring.push(int{i}));
  EXPECT_FALSE(ring.push(9));
  EXPECT_EQ(ring.size(), 4U);
  for (int i = 0; i < 4; ++i) EXPECT_EQ(ring.pop(), i);
  EXPECT_EQ(ring.pop(), std::nullopt);
}

TEST(SpscRing, a_refused_value_stays_with_its_owner) {
  SpscRing<std::unique_ptr<int>> ring(1);
  EXPECT_TRUE(ring.push(std::make_unique<int>(1)));
  auto value = std::make_unique<int>(2);
  EXPECT_FALSE(ring.push(std::move(value)));
  ASSERT_NE(value, nullptr);
  EXPECT_EQ(*value, 2);
}

TEST(SpscRing, tells_its_producer_whether_it_is_full) {
  SpscRing<int> ring(2);
  EXPECT_FALSE(ring.full());
  EXPECT_TRUE(ring.push(1));
  EXPECT_FALSE(ring.full());
  EXPECT_TRUE(ring.push(2));
  EXPECT_TRUE(ring.full());
  ring.pop();
  EXPECT_FALSE(ring.full());
}

TEST(SpscRing, two_threads_see_every_value_once_and_in_order) {
  constexpr int kValues = 200'000;
  SpscRing<int> ring(64);
  std::thread producer([&] {
    for (int i = 0; i < kValues; ++i)
      while (!ring.push(int{i})) std::this_thread::yield();
  });
  for (int expected = 0; expected < kValues;) {
    if (const auto value = ring.pop()) {
      ASSERT_EQ(*value, expected);
      ++expected;
    } else {
      std::this_thread::yield();
    }
  }
  producer.join();
  EXPECT_EQ(ring.size(), 0U);
}

TEST(BlockingQueue, refuses_when_full_and_gives_in_order) {
  BlockingQueue<int> queue(2);
  EXPECT_TRUE(queue.try_push(1));
  EXPECT_TRUE(queue.try_push(2));
  EXPECT_FALSE(queue.try_push(3));
  EXPECT_EQ(queue.size(), 2U);
  EXPECT_EQ(queue.pop(0s), 1);
  EXPECT_EQ(queue.pop(0s), 2);
  EXPECT_EQ(queue.pop(0s), std::nullopt);
}

TEST(BlockingQueue, the_oldest_makes_room_for_the_newest) {
  BlockingQueue<int> queue(2);
  queue.try_push(1);
  queue.try_push(2);
  EXPECT_EQ(queue.evict_oldest(), 1);
  EXPECT_TRUE(queue.try_push(3));
  EXPECT_EQ(queue.pop(0s), 2);
  EXPECT_EQ(queue.pop(0s), 3);
  EXPECT_EQ(queue.evict_oldest(), std::nullopt);
}

TEST(BlockingQueue, closing_refuses_what_comes_and_keeps_what_is_inside) {
  BlockingQueue<std::unique_ptr<int>> queue(2);
  queue.try_push(std::make_unique<int>(1));
  queue.close();
  auto late = std::make_unique<int>(2);
  EXPECT_FALSE(queue.try_push(std::move(late)));
  EXPECT_FALSE(queue.push(std::move(late)));
  EXPECT_NE(late, nullptr);
  EXPECT_EQ(**queue.pop(1h), 1);
  EXPECT_EQ(queue.pop(1h), std::nullopt) << "closed and empty does not wait";
}

TEST(BlockingQueue, a_waiting_producer_gets_the_room_that_an_eviction_leaves) {
  BlockingQueue<int> queue(1);
  queue.try_push(1);
  std::thread producer([&] { EXPECT_TRUE(queue.push(2)); });
  EXPECT_EQ(queue.evict_oldest(), 1);
  EXPECT_EQ(queue.pop(1h), 2);
  producer.join();
}

TEST(BlockingQueue, closing_wakes_both_sides) {
  BlockingQueue<int> empty(1);
  BlockingQueue<int> full(1);
  full.try_push(1);
  std::thread consumer([&] { EXPECT_EQ(empty.pop(1h), std::nullopt); });
  std::thread producer([&] { EXPECT_FALSE(full.push(2)); });
  empty.close();
  full.close();
  consumer.join();
  producer.join();
  EXPECT_TRUE(full.closed());
}

TEST(BlockingQueue, many_producers_lose_nothing) {
  constexpr int kProducers = 4;
  constexpr int kEach = 5'000;
  BlockingQueue<int> queue(16);
  std::vector<std::thread> producers;
  for (int p = 0; p < kProducers; ++p)
    producers.emplace_back([&] {
      for (int i = 0; i < kEach; ++i) EXPECT_TRUE(queue.push(int{i}));
    });
  int64_t sum = 0;
  for (int i = 0; i < kProducers * kEach; ++i) sum += queue.pop(1h).value();
  for (std::thread& producer : producers) producer.join();
  EXPECT_EQ(sum, int64_t{kProducers} * kEach * (kEach - 1) / 2);
}

}  // namespace
}  // namespace weir
