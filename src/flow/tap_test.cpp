// Tests of taps: handing over, losing, waiting and closing.
#include "flow/tap.h"

#include <gtest/gtest.h>

#include <thread>

#include "kit/observations.h"

namespace weir::flow {
namespace {

std::shared_ptr<SourceBook> edge_book() {
  return std::make_shared<SourceBook>("edge", model::SourceKind::kEdge);
}

TEST(Tap, hands_over_when_a_batch_is_full_and_when_flushed) {
  Bell bell;
  RingTap tap(edge_book(), 4, {.observations = 2}, false, bell);
  const kit::Seen seen("example.org");
  tap.record(seen.observation);
  tap.record(seen.observation);
  EXPECT_FALSE(tap.take());
  tap.record(seen.observation);
  ASSERT_TRUE(bell.wait(0s));
  const auto full = tap.take();
  ASSERT_TRUE(full);
  EXPECT_EQ((*full)->size(), 2U);
  EXPECT_EQ((*full)->source(), 4);
  EXPECT_EQ((*full)->observations()[1].sequence, 2U);
  tap.flush();
  tap.flush();  // nothing more to hand over
  EXPECT_EQ((*tap.take())->observations()[0].sequence, 3U);
  EXPECT_FALSE(tap.take());
}

TEST(Tap, what_was_lost_before_it_could_be_recorded_is_received_and_dropped) {
  Bell bell;
  const auto book = edge_book();
  RingTap tap(book, 0, {}, false, bell);
  tap.lose(3);
  EXPECT_EQ(book->received(), 3U);
  EXPECT_EQ(book->losses().of(Loss::kMissed), 3U);
  EXPECT_EQ(book->read().in_flight, 0U);
}

TEST(Tap, a_full_ring_costs_the_whole_batch_and_is_counted) {
  Bell bell;
  const auto book = edge_book();
  RingTap tap(book, 0, {.observations = 10, .ring_batches = 2}, false, bell);
  const kit::Seen seen("example.org");
  for (int i = 0; i < 45; ++i) tap.record(seen.observation);
  tap.flush();
  EXPECT_EQ(book->losses().of(Loss::kRingFull), 25U);
  EXPECT_EQ(book->received(), 45U);
  EXPECT_EQ((*tap.take())->size() + (*tap.take())->size(), 20U);
  tap.record(seen.observation);
  tap.flush();
  EXPECT_EQ((*tap.take())->observations()[0].sequence, 46U) << "a loss shows as a hole";
}

TEST(Tap, loses_nothing_of_a_producer_that_asks_for_room) {
  Bell bell;
  const auto book = edge_book();
  RingTap tap(book, 0, {.observations = 10, .ring_batches = 2}, false, bell);
  const kit::Seen seen("example.org");
  uint64_t recorded = 0;
  for (; tap.has_room(); ++recorded) tap.record(seen.observation);
  EXPECT_EQ(recorded, 21U) << "two batches in the ring, and the first of a third";
  ASSERT_TRUE(tap.take());
  EXPECT_TRUE(tap.has_room());
  tap.flush();
  EXPECT_FALSE(tap.has_room());
  EXPECT_EQ(book->losses().of(Loss::kRingFull), 0U);
  tap.close();
  EXPECT_TRUE(tap.has_room()) << "nobody waits for a flow that has ended";
}

TEST(Tap, after_the_end_everything_is_counted_as_lost) {
  Bell bell;
  const auto book = edge_book();
  RingTap tap(book, 0, {}, false, bell);
  const kit::Seen seen("example.org");
  tap.record(seen.observation);
  tap.close();
  tap.record(seen.observation);
  tap.flush();
  EXPECT_EQ(book->losses().of(Loss::kClosed), 2U);
  EXPECT_EQ(book->read().in_flight, 0U);
}

TEST(Tap, a_source_that_can_wait_loses_nothing) {
  Bell bell;
  const auto book = edge_book();
  RingTap tap(book, 0, {.observations = 1, .ring_batches = 1}, true, bell);
  std::thread producer([&] {
    const kit::Seen seen("example.org");
    for (int i = 0; i < 2000; ++i) tap.record(seen.observation);
    tap.flush();
  });
  size_t taken = 0;
  while (taken < 2000) {
    bell.wait(1s);
    while (const auto batch = tap.take()) taken += (*batch)->size();
  }
  producer.join();
  EXPECT_EQ(book->losses().of(Loss::kRingFull), 0U);
}

TEST(Tap, closing_frees_a_producer_that_waits) {
  Bell bell;
  const auto book = edge_book();
  RingTap tap(book, 0, {.observations = 1, .ring_batches = 1}, true, bell);
  std::thread producer([&] {
    const kit::Seen seen("example.org");
    for (int i = 0; i < 5; ++i) tap.record(seen.observation);
    tap.flush();
  });
  bell.wait(30s);
  tap.close();
  producer.join();
  EXPECT_EQ(book->losses().of(Loss::kClosed) + (tap.take() ? 1U : 0U), 5U);
}

}  // namespace
}  // namespace weir::flow
