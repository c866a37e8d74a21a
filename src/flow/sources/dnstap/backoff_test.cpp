// Patience grows to a minute, and a success makes it short again.
#include "flow/sources/dnstap/backoff.h"

#include <gtest/gtest.h>

#include <vector>

namespace weir::flow::dnstap_source {
namespace {

TEST(Backoff, doubles_from_a_second_to_a_minute_and_begins_anew_after_a_reset) {
  Backoff backoff;
  std::vector<Duration> waits;
  for (int i = 0; i < 8; ++i) waits.push_back(backoff.next());
  EXPECT_EQ((std::vector<Duration>{1s, 2s, 4s, 8s, 16s, 32s, 60s, 60s}), waits);
  backoff.reset();
  EXPECT_EQ(Duration{1s}, backoff.next());
}

}  // namespace
}  // namespace weir::flow::dnstap_source
