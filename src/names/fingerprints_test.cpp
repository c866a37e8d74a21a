// Tests of the table of fingerprints.
#include "names/fingerprints.h"

#include <gtest/gtest.h>

#include <string>

namespace weir::names {
namespace {

TEST(Fingerprints, finds_what_was_put_there_and_nothing_else) {
  constexpr uint32_t kCount = 5000;
  Fingerprints table(kCount, 7);
  const auto key = [&](uint32_t i) { return table.key(as_bytes("name" + std::to_string(i))); };
  for (uint32_t i = 0; i < kCount; ++i) table.at(key(i)) = i;
  for (uint32_t i = 0; i < kCount; ++i) {
    const uint32_t* number = table.find(key(i));
    ASSERT_NE(number, nullptr);
    EXPECT_EQ(*number, i);
    EXPECT_EQ(table.find(key(kCount + i)), nullptr);
  }
  EXPECT_EQ(table.size(), kCount);
}

TEST(Fingerprints, F1_a_name_costs_eighteen_octets) {
  EXPECT_LT(Fingerprints(1'000'000, 7).octets(), 18'000'100U);
}

TEST(Fingerprints, an_empty_table_finds_nothing) {
  const Fingerprints table(0, 7);
  EXPECT_EQ(table.find(table.key(as_bytes("a"))), nullptr);
}

}  // namespace
}  // namespace weir::names
