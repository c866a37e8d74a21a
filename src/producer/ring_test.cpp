// Frames of all sizes through small rings, in order, on one thread and on two.
#include "producer/ring.h"

#include <gtest/gtest.h>

#include <cstring>
#include <deque>
#include <thread>

#include "base/random.h"

namespace weir::producer {
namespace {

using tap::Outcome;

/// A frame whose payload is its number, over and over.
bool put(Ring& ring, uint32_t number, size_t payload) {
  uint8_t* const at = ring.reserve(4 + payload);
  if (at == nullptr) return false;
  store_u32(at, static_cast<uint32_t>(payload));
  std::memset(at + 4, static_cast<int>(number % 251), payload);
  ring.commit(4 + payload);
  return true;
}

TEST(Ring, E23_gives_back_every_frame_whole_and_in_order) {
  Ring ring(1024, false);
  SeededRandom random(7);
  std::deque<std::pair<uint32_t, size_t>> inside;
  uint32_t number = 0;
  for (int turn = 0; turn < 100'000; ++turn) {
    if (random.below(2) == 0) {
      const size_t payload = 1 + random.below(500);
      if (put(ring, number, payload)) inside.emplace_back(number++, payload);
      continue;
    }
    Ring::Part part = ring.oldest(random.below(700));
    EXPECT_EQ(part.count == 0, inside.empty());
    EXPECT_EQ(count_frames(part.frames), part.count);
    ring.release(part.frames.size());
    for (; part.count > 0; --part.count, inside.pop_front()) {
      const auto [expected, payload] = inside.front();
      ASSERT_EQ(load_u32(part.frames.data()), payload);
      EXPECT_EQ(part.frames[4], expected % 251);
      EXPECT_EQ(part.frames[3 + payload], expected % 251);
      part.frames = part.frames.subspan(4 + payload);
    }
  }
  EXPECT_GT(number, 10'000U);
  EXPECT_EQ(ring.calls().read(Outcome::kAccepted), number);
}

TEST(Ring, takes_half_its_size_wherever_its_tail_is) {
  for (size_t before = 1; before < 1000; ++before) {
    Ring ring(1024, false);
    for (size_t left = before; left > 0;) {
      const size_t payload = std::min<size_t>(left, 400);
      ASSERT_TRUE(put(ring, 1, payload));
      ring.release(ring.oldest(1024).frames.size());
      left -= payload;
    }
    ASSERT_TRUE(put(ring, 2, 508)) << before;
    EXPECT_EQ(ring.oldest(1).frames.size(), 512U);
  }
}

TEST(Ring, is_bounded) {
  Ring ring(1000, false);
  EXPECT_EQ(ring.size(), 1024U);
  size_t frames = 0;
  do {
    EXPECT_EQ(ring.half_full(), frames > 32) << frames;
    frames += put(ring, 0, 12) ? 1 : 0;
  } while (ring.reserve(16) != nullptr);
  EXPECT_EQ(frames, 64U);
  ring.release(16);
  EXPECT_TRUE(put(ring, 0, 12));
  EXPECT_FALSE(put(ring, 0, 12));
}

TEST(Ring, gives_one_frame_even_if_it_is_larger_than_wanted) {
  Ring ring(1024, false);
  ASSERT_TRUE(put(ring, 0, 96));
  ASSERT_TRUE(put(ring, 1, 96));
  EXPECT_EQ(ring.oldest(10).count, 1U);
  EXPECT_EQ(ring.oldest(199).count, 1U);
  EXPECT_EQ(ring.oldest(200).count, 2U);
}

TEST(Ring, is_done_when_its_thread_has_left_and_nothing_is_inside) {
  Ring ring(1024, false);
  ASSERT_TRUE(put(ring, 0, 10));
  ring.leave();
  EXPECT_FALSE(ring.is_done());
  ring.release(14);
  EXPECT_TRUE(ring.is_done());
}

TEST(Ring, wakes_the_thread_that_waits_for_room) {
  Ring ring(1024, true);
  while (put(ring, 0, 60)) {
  }
  std::thread writer([&] { ring.release(ring.oldest(64).frames.size()); });
  const SystemClock clock;
  const Instant until = clock.now() + 10s;
  while (!put(ring, 1, 60) && clock.now() < until) ring.await_room(until - clock.now());
  EXPECT_LT(clock.now(), until);
  writer.join();
}

TEST(Ring, E23_carries_a_million_frames_between_two_threads) {
  constexpr uint32_t kFrames = 1'000'000;
  Ring ring(16 << 10, false);
  std::thread caller([&] {
    for (uint32_t number = 0; number < kFrames;) {
      const size_t payload = 4 + number % 61;
      if (uint8_t* const at = ring.reserve(4 + payload)) {
        store_u32(at, static_cast<uint32_t>(payload));
        store_u32(at + 4, number++);
        ring.commit(4 + payload);
      } else {
        std::this_thread::yield();
      }
    }
  });
  uint32_t expected = 0;
  while (expected < kFrames) {
    const Ring::Part part = ring.oldest(4096);
    for (Bytes left = part.frames; !left.empty(); ++expected) {
      ASSERT_EQ(load_u32(left.data() + 4), expected);
      left = left.subspan(4 + load_u32(left.data()));
    }
    part.count == 0 ? std::this_thread::yield() : ring.release(part.frames.size());
  }
  caller.join();
  EXPECT_TRUE(ring.empty());
}

}  // namespace
}  // namespace weir::producer
