// Who gets which ring, when it is given back, and that nothing of its account is lost.
#include "producer/rings.h"

#include <gtest/gtest.h>

#include <latch>
#include <thread>

namespace weir::producer {
namespace {

using tap::Outcome;

constexpr size_t kSize = 4096;

void put(Ring& ring) {
  uint8_t* const at = ring.reserve(8);
  ASSERT_NE(at, nullptr);
  store_u32(at, 4);
  ring.commit(8);
}

/// What the writer does with a ring.
void send_all(Ring& ring) {
  for (Ring::Part part = ring.oldest(kSize); part.count > 0; part = ring.oldest(kSize)) {
    ring.settled().add(Outcome::kAccepted, part.count);
    ring.release(part.frames.size());
  }
}

TEST(Rings, a_thread_keeps_its_ring_and_shares_it_with_nobody) {
  Rings rings(kSize, 8, false), others(kSize, 8, false);
  EXPECT_TRUE(rings.all().empty()) << "nothing is made before the first call";
  Ring* const mine = rings.mine();
  EXPECT_NE(mine, others.mine());
  EXPECT_EQ(rings.mine(), mine) << "after a call to another producer";
  Ring* theirs = nullptr;
  std::thread([&] { theirs = rings.mine(); }).join();
  EXPECT_NE(theirs, mine);
  EXPECT_NE(theirs, nullptr);
}

TEST(Rings, their_number_is_bounded) {
  Rings rings(kSize, 1, false);
  ASSERT_NE(rings.mine(), nullptr);
  std::thread([&] { EXPECT_EQ(rings.mine(), nullptr); }).join();
  EXPECT_NE(rings.mine(), nullptr);
}

TEST(Rings, a_ring_is_given_back_when_its_thread_has_ended_and_it_is_empty) {
  Rings rings(kSize, 1, false);
  std::thread([&] {
    put(*rings.mine());
    put(*rings.mine());
    rings.mine()->calls().add(Outcome::kQueueFull);
  }).join();
  ASSERT_EQ(rings.all().size(), 1U) << "there is something inside";
  EXPECT_EQ(rings.mine(), nullptr);
  send_all(*rings.all().front());
  EXPECT_TRUE(rings.all().empty());
  EXPECT_NE(rings.mine(), nullptr) << "there is room for another";
  const Totals totals = rings.totals();
  EXPECT_EQ(totals.produced, 3U);
  EXPECT_EQ(totals.sent, 2U);
  EXPECT_EQ(totals.dropped[static_cast<size_t>(Outcome::kQueueFull)], 1U);
  EXPECT_EQ(totals.threads, 1U);
}

TEST(Rings, a_later_producer_is_not_taken_for_one_that_is_gone) {
  auto first = std::make_unique<Rings>(kSize, 8, false);
  put(*first->mine());
  first.reset();
  Rings second(kSize, 8, false);
  EXPECT_TRUE(second.mine()->empty());
}

TEST(Rings, R11_sums_hold_while_others_call_and_write) {
  Rings rings(kSize, 8, false);
  std::atomic<bool> enough{false};
  std::latch ready(2);
  const auto call = [&] {
    ready.count_down();
    while (!enough) {
      if (Ring& ring = *rings.mine(); ring.reserve(8) != nullptr)
        put(ring);
      else
        ring.calls().add(Outcome::kQueueFull);
    }
  };
  std::thread one(call), two(call);
  std::thread writer([&] {
    while (!enough)
      for (const auto& ring : rings.all()) send_all(*ring);
  });
  ready.wait();
  for (int look = 0; look < 10'000; ++look) {
    const Totals totals = rings.totals();
    uint64_t dropped = 0;
    for (const uint64_t count : totals.dropped) dropped += count;
    ASSERT_EQ(totals.produced, totals.sent + dropped + totals.queued);
    ASSERT_LE(totals.queued, 2 * kSize / 8) << "never more than there is room for";
  }
  enough = true;
  for (std::thread* thread : {&one, &two, &writer}) thread->join();
}

}  // namespace
}  // namespace weir::producer
