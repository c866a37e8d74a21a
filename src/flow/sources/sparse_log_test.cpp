// Strangers cannot fill the log: ten lines a minute, and the next one says how many it missed.
#include "flow/sources/sparse_log.h"

#include <gtest/gtest.h>

namespace weir::flow {
namespace {

TEST(SparseLog, counts_what_is_beyond_its_lines_until_the_minute_is_over) {
  VirtualClock clock;
  SparseLog log(clock);
  for (unsigned i = 0; i < SparseLog::kLines + 5; ++i) log.write(log::Level::kError, "again");
  EXPECT_EQ(5u, log.left_out());
  clock.advance(SparseLog::kPeriod - 1ns);
  log.write(log::Level::kError, "again");
  EXPECT_EQ(6u, log.left_out());
  clock.advance(1ns);
  testing::internal::CaptureStderr();
  log.write(log::Level::kError, "again");
  EXPECT_EQ(0u, log.left_out());
  EXPECT_NE(std::string::npos,
            testing::internal::GetCapturedStderr().find("6 lines like this were left out"));
}

TEST(SparseLog, does_not_count_what_the_level_hides) {
  VirtualClock clock;
  SparseLog log(clock);
  for (unsigned i = 0; i < 2 * SparseLog::kLines; ++i) log.write(log::Level::kDebug, "hidden");
  EXPECT_EQ(0u, log.left_out());
}

}  // namespace
}  // namespace weir::flow
