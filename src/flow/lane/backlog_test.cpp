// Tests of the queue in front of a lane: bounds, order, waiting and closing.
#include "flow/lane/backlog.h"

#include <gtest/gtest.h>

#include <thread>

#include "kit/observations.h"

namespace weir::flow {
namespace {

model::SharedBatch batch_of(size_t count) {
  model::BatchBuilder builder(0, count, 1 << 20);
  const kit::Seen seen("example.org");
  for (size_t i = 0; i < count; ++i) builder.add(seen.observation);
  return builder.seal();
}

Waiting waiting(size_t count) { return {batch_of(count), Instant(1s)}; }

TEST(Backlog, is_bounded_in_batches) {
  Backlog backlog(2, 1 << 30);
  Waiting a = waiting(1), b = waiting(1), c = waiting(1);
  EXPECT_TRUE(backlog.try_push(a));
  EXPECT_TRUE(backlog.try_push(b));
  EXPECT_FALSE(backlog.try_push(c));
  EXPECT_NE(c.batch, nullptr) << "what was refused is untouched";
  EXPECT_EQ(backlog.batches(), 2U);
}

TEST(Backlog, is_bounded_in_octets_but_lets_one_giant_in) {
  const size_t octets = Backlog::octets_of(*batch_of(10));
  Backlog backlog(100, 2 * octets);
  Waiting giant = waiting(100), a = waiting(10), b = waiting(10), c = waiting(10);
  EXPECT_TRUE(backlog.try_push(giant));
  EXPECT_FALSE(backlog.try_push(a));
  ASSERT_TRUE(backlog.evict_oldest());
  EXPECT_EQ(backlog.octets(), 0U);
  EXPECT_TRUE(backlog.try_push(a));
  EXPECT_TRUE(backlog.try_push(b));
  EXPECT_FALSE(backlog.try_push(c));
}

TEST(Backlog, gives_in_order_and_at_most_what_was_asked) {
  Backlog backlog(10, 1 << 30);
  for (size_t i = 1; i <= 5; ++i) {
    Waiting next = waiting(i);
    ASSERT_TRUE(backlog.try_push(next));
  }
  std::deque<Waiting> out;
  backlog.take(3, 0s, out);
  ASSERT_EQ(out.size(), 3U);
  EXPECT_EQ(out[0].batch->size(), 1U);
  EXPECT_EQ(out[2].batch->size(), 3U);
  backlog.take(9, 0s, out);
  EXPECT_EQ(out.size(), 5U);
  EXPECT_EQ(backlog.oldest(), std::nullopt);
}

TEST(Backlog, push_waits_for_room) {
  Backlog backlog(1, 1 << 30);
  Waiting first = waiting(1);
  ASSERT_TRUE(backlog.try_push(first));
  std::thread pusher([&] {
    Waiting second = waiting(2);
    EXPECT_TRUE(backlog.push(second));
  });
  std::deque<Waiting> out;
  while (out.size() < 2) backlog.take(1, 1s, out);
  pusher.join();
  EXPECT_EQ(out[1].batch->size(), 2U);
}

TEST(Backlog, closing_ends_every_wait_and_keeps_what_is_inside) {
  Backlog backlog(1, 1 << 30);
  Waiting first = waiting(1);
  ASSERT_TRUE(backlog.try_push(first));
  std::thread pusher([&] {
    Waiting second = waiting(2);
    EXPECT_FALSE(backlog.push(second));
  });
  backlog.close();
  pusher.join();
  std::deque<Waiting> out;
  backlog.take(5, 30s, out);
  EXPECT_EQ(out.size(), 1U);
  backlog.take(5, 30s, out);  // returns at once
  EXPECT_EQ(out.size(), 1U);
}

TEST(Backlog, a_nudge_ends_one_wait) {
  Backlog backlog(1, 1 << 30);
  backlog.nudge();
  std::deque<Waiting> out;
  backlog.take(1, 30s, out);
  EXPECT_TRUE(out.empty());
}

}  // namespace
}  // namespace weir::flow
