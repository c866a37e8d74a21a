// Tests of the pool of plain objects.
#include "base/containers/pool.h"

#include <gtest/gtest.h>

namespace weir {
namespace {

TEST(Pool, objects_stay_where_they_are_and_are_used_again_clean) {
  Pool<int> pool;
  const uint32_t first = pool.take();
  EXPECT_EQ(first, 1U);
  pool[first] = 7;
  const int* where = &pool[first];
  for (int i = 0; i < 5000; ++i) pool[pool.take()] = i;
  EXPECT_EQ(&pool[first], where);
  EXPECT_EQ(pool[first], 7);
  EXPECT_EQ(pool.size(), 5001U);
  pool.give(first);
  EXPECT_EQ(pool.size(), 5000U);
  EXPECT_EQ(pool.take(), first);
  EXPECT_EQ(pool[first], 0);
  EXPECT_EQ(pool.end(), 5002U);
}

}  // namespace
}  // namespace weir
