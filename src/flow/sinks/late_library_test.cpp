// A library that is there, and one that is not.
#include "flow/sinks/late_library.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace weir::flow {
namespace {

TEST(LateLibrary, functions_of_one_that_is_there_can_be_called) {
  const LateLibrary library("libm.so.6", "mathematics", "libc6");
  ASSERT_TRUE(library.load());
  auto* const root = reinterpret_cast<double (*)(double)>(library.find("sqrt"));
  EXPECT_EQ(root(81), 9);
}

TEST(LateLibrary, what_is_missing_is_said_with_what_to_install) {
  const auto loaded = LateLibrary("libabsent.so.1", "Absent", "libabsent1").load();
  ASSERT_FALSE(loaded);
  EXPECT_EQ(loaded.error().fault, Fault::kConfig);
  EXPECT_EQ(loaded.error().what,
            "libabsent.so.1 cannot be loaded, and Absent is spoken by it: install it (Debian: "
            "libabsent1)");
}

}  // namespace
}  // namespace weir::flow
