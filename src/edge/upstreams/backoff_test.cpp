// Waits between attempts.
#include "edge/upstreams/backoff.h"

#include <gtest/gtest.h>

namespace weir::edge::upstreams {
namespace {

TEST(Backoff, doubles_within_its_jitter_up_to_the_most) {
  SeededRandom random(1);
  Backoff backoff(100ms, 2s);
  for (const Duration step : {100ms, 200ms, 400ms, 800ms, 1600ms, 2000ms, 2000ms}) {
    const Duration wait = backoff.next(random);
    EXPECT_GE(wait, step / 2);
    EXPECT_LE(wait, step);
  }
  backoff.reset();
  EXPECT_LE(backoff.next(random), 100ms);
}

TEST(Backoff, two_that_start_together_part) {
  SeededRandom one(1), two(2);
  Backoff a(1s, 2s), b(1s, 2s);
  EXPECT_NE(a.next(one), b.next(two));
}

}  // namespace
}  // namespace weir::edge::upstreams
