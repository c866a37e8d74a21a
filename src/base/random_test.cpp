// Tests of random numbers: repeatable where asked for, in bounds, and spread out.
#include "base/random.h"

#include <gtest/gtest.h>

#include <set>
#include <vector>

namespace weir {
namespace {

TEST(SeededRandom, repeats_with_its_seed_only) {
  SeededRandom a(1);
  SeededRandom b(1);
  SeededRandom c(2);
  bool differs = false;
  for (int i = 0; i < 100; ++i) {
    const uint64_t value = a.next();
    EXPECT_EQ(value, b.next());
    differs |= value != c.next();
  }
  EXPECT_TRUE(differs);
}

TEST(SystemRandom, does_not_repeat_across_its_blocks) {
  SystemRandom random;
  std::set<uint64_t> seen;
  for (int i = 0; i < 1000; ++i) EXPECT_TRUE(seen.insert(random.next()).second);
}

TEST(Random, below_stays_below_and_reaches_every_value) {
  SeededRandom random(3);
  for (const uint64_t bound : {1U, 2U, 7U, 100U}) {
    std::vector<int> count(bound);
    for (uint64_t i = 0; i < bound * 200; ++i) ++count.at(random.below(bound));
    for (const int times : count) EXPECT_GT(times, 100);
  }
  EXPECT_LT(random.below(UINT64_MAX), UINT64_MAX);
}

TEST(Random, message_ids_use_all_sixteen_bits) {
  SystemRandom random;
  unsigned ones = 0;
  unsigned zeros = 0;
  for (int i = 0; i < 1000; ++i) {
    const unsigned id = random.u16();
    ones |= id;
    zeros |= ~id & 0xffffU;
  }
  EXPECT_EQ(ones, 0xffffU);
  EXPECT_EQ(zeros, 0xffffU);
}

}  // namespace
}  // namespace weir
