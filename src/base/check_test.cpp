// Tests that a failed CHECK ends the process and says where, in every build.
#include "base/check.h"

#include <gtest/gtest.h>

namespace weir {
namespace {

TEST(CheckDeathTest, names_the_place_and_the_condition) {
  EXPECT_DEATH(CHECK(1 + 1 == 3), "check_test.cpp:[0-9]+: check failed: 1 \\+ 1 == 3");
}

TEST(Check, evaluates_its_condition_once) {
  int times = 0;
  CHECK(++times == 1);
  EXPECT_EQ(times, 1);
}

}  // namespace
}  // namespace weir
