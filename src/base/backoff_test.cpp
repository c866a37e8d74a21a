// Patience grows to its bound, a success makes it short again, and attempts come to an end.
#include "base/backoff.h"

#include <gtest/gtest.h>

#include <vector>

namespace weir {
namespace {

TEST(Backoff, doubles_from_a_second_to_a_minute_and_begins_anew_after_a_reset) {
  Backoff backoff;
  std::vector<Duration> waits;
  for (int i = 0; i < 8; ++i) waits.push_back(*backoff.next());
  EXPECT_EQ((std::vector<Duration>{1s, 2s, 4s, 8s, 16s, 32s, 60s, 60s}), waits);
  backoff.reset();
  EXPECT_EQ(Duration{1s}, *backoff.next());
}

TEST(Backoff, E14_attempts_come_at_the_seconds_that_operators_know) {
  Backoff backoff;
  VirtualClock clock;
  std::vector<Duration> attempts;
  for (int i = 0; i < 8; ++i) {
    clock.advance(*backoff.next());
    attempts.push_back(clock.now().time_since_epoch());
  }
  EXPECT_EQ((std::vector<Duration>{1s, 3s, 7s, 15s, 31s, 63s, 123s, 183s}), attempts);
}

TEST(Backoff, has_other_bounds_where_they_are_given) {
  Backoff backoff({.first = 10ms, .most = 25ms});
  EXPECT_EQ(Duration{10ms}, *backoff.next());
  EXPECT_EQ(Duration{20ms}, *backoff.next());
  EXPECT_EQ(Duration{25ms}, *backoff.next());
}

TEST(Backoff, E15_ends_after_its_attempts_and_a_success_gives_them_back) {
  Backoff backoff({.attempts = 3});
  for (int round = 0; round < 2; ++round) {
    for (int i = 0; i < 3; ++i) EXPECT_TRUE(backoff.next());
    EXPECT_FALSE(backoff.next());
    EXPECT_FALSE(backoff.next());
    backoff.reset();
  }
  EXPECT_FALSE(Backoff({.attempts = 0}).next());
}

TEST(Backoff, jitter_takes_its_share_at_most_and_leaves_the_doubling_alone) {
  SeededRandom random(1);
  Backoff backoff({.jitter_percent = 50}, &random);
  Duration whole = 1s;
  bool differs = false;
  for (int i = 0; i < 100; ++i) {
    const Duration wait = *backoff.next();
    EXPECT_LE(wait, whole);
    EXPECT_GE(wait, whole / 2);
    differs = differs || wait != whole;
    whole = std::min<Duration>(whole * 2, 60s);
  }
  EXPECT_TRUE(differs);
}

}  // namespace
}  // namespace weir
