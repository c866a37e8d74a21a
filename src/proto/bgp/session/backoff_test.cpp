// Waits between attempts: how they grow, where they end, and that two sides do not keep in step.
#include "proto/bgp/session/backoff.h"

#include <gtest/gtest.h>

#include <set>

namespace weir::bgp {
namespace {

TEST(BgpBackoff, is_patient_at_first_then_doubles_up_to_its_most) {
  SeededRandom random(1);
  Backoff backoff(5s, 120s, 3);
  for (const auto full : {5s, 5s, 5s, 10s, 20s, 40s, 80s, 120s, 120s}) {
    const Duration wait = backoff.next(random);
    EXPECT_LE(wait, full);
    EXPECT_GE(wait, Duration(full) * 3 / 4);
  }
  backoff.reset();
  EXPECT_LE(backoff.next(random), 5s);
}

TEST(BgpBackoff, jitter_spreads_over_a_quarter) {
  SeededRandom random(2);
  std::set<Duration> waits;
  for (int i = 0; i < 100; ++i) waits.insert(jittered(4s, random));
  EXPECT_GT(waits.size(), 90u);
  EXPECT_LT(*waits.begin(), 3100ms);
  EXPECT_GT(*waits.rbegin(), 3900ms);
  EXPECT_EQ(jittered(0s, random), 0s);
}

}  // namespace
}  // namespace weir::bgp
