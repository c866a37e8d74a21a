#include "flow/loss_watch.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace weir::flow {
namespace {

TEST(LossWatch, N01_growing_losses_become_gaps_between_two_looks) {
  VirtualClock clock;
  LossWatch watch(clock);
  const auto book = std::make_shared<SourceBook>("edge", model::SourceKind::kEdge);
  watch.watch(book);
  const WallTime before = clock.wall_now();
  EXPECT_TRUE(watch.look().empty());
  clock.advance(1s);
  book->drop(Loss::kRingFull, 5);
  book->drop(Loss::kNoMemory, 1);
  const std::vector<Gap> gaps = watch.look();
  ASSERT_EQ(gaps.size(), 2U);
  EXPECT_EQ(gaps[0].origin, "source edge");
  EXPECT_EQ(gaps[0].stage, "tap");
  EXPECT_EQ(gaps[0].reason, "ring_full");
  EXPECT_EQ(gaps[0].count, 5U);
  EXPECT_EQ(gaps[0].from, before);
  EXPECT_EQ(gaps[0].to, before + 1s);
  clock.advance(1s);
  EXPECT_TRUE(watch.look().empty()) << "a loss is told once";
  book->drop(Loss::kRingFull, 2);
  EXPECT_EQ(watch.look().at(0).count, 2U);
}

TEST(LossWatch, logs_at_most_one_line_in_ten_seconds) {
  VirtualClock clock;
  LossWatch watch(clock);
  const auto book = std::make_shared<SinkBook>("store");
  watch.watch(book);
  testing::internal::CaptureStderr();
  for (int second = 0; second < 25; ++second) {
    book->drop(Loss::kQueueFull, 1);
    watch.look();
    clock.advance(1s);
  }
  const std::string lines = testing::internal::GetCapturedStderr();
  EXPECT_EQ(std::count(lines.begin(), lines.end(), '\n'), 3) << lines;
  EXPECT_NE(lines.find("sink store: 10 observations lost; in all queue/full 21"), std::string::npos)
      << lines;
}

}  // namespace
}  // namespace weir::flow
