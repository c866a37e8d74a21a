// The line of progress: what it says, and that it fits.
#include "app/commands/progress.h"

#include <gtest/gtest.h>

namespace weir::app {
namespace {

TEST(Progress, says_how_far_how_fast_and_how_long) {
  EXPECT_EQ(progress_line(50 << 20, 100 << 20, 5s, "12 messages", 200),
            " 50% [============            ] 50.0 MiB, 10.0 MiB/s, 5 s left, 12 messages");
  EXPECT_EQ(progress_line(100 << 20, 100 << 20, 10s, "12 messages", 200),
            "100% [========================] 100.0 MiB, 10.0 MiB/s, 12 messages");
}

TEST(Progress, without_a_total_or_a_beginning_it_promises_nothing) {
  EXPECT_EQ(progress_line(1 << 20, 0, 1s, "3 messages", 200), "1.0 MiB, 1.0 MiB/s, 3 messages");
  EXPECT_EQ(progress_line(0, 1 << 20, Duration::zero(), "0 messages", 200),
            "  0% [                        ] 0.0 MiB, 0.0 MiB/s, 0 messages");
}

TEST(Progress, a_file_that_grew_is_no_more_than_whole) {
  EXPECT_EQ(progress_line(3 << 20, 2 << 20, 1s, "", 200).substr(0, 5), "100% ");
}

TEST(Progress, fits_the_terminal) {
  EXPECT_EQ(progress_line(50 << 20, 100 << 20, 5s, "12 messages", 20), " 50% [============  ");
}

TEST(Progress, is_not_drawn_where_nobody_looks) {
  std::FILE* file = std::tmpfile();
  {
    Progress progress(file);
    EXPECT_FALSE(progress.wanted());
    progress.draw(1, 2, 1s, "");
  }
  EXPECT_EQ(std::ftell(file), 0);
  std::fclose(file);
}

}  // namespace
}  // namespace weir::app
