// Tests of the bound on how often something may happen.
#include "route/token_bucket.h"

#include <gtest/gtest.h>

namespace weir::route {
namespace {

TEST(TokenBucket, gives_its_burst_at_once_and_its_rate_after) {
  TokenBucket bucket(10, 3);
  const Instant start{1h};
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(bucket.take(start));
  EXPECT_FALSE(bucket.take(start));
  EXPECT_FALSE(bucket.take(start + 99ms));
  EXPECT_TRUE(bucket.take(start + 101ms));
  EXPECT_FALSE(bucket.take(start + 102ms));
  int given = 0;
  while (bucket.take(start + 24h)) ++given;
  EXPECT_EQ(given, 3);
}

}  // namespace
}  // namespace weir::route
