// Tests of the router: every lane gets every batch, and hears of every loss.
#include "flow/router.h"

#include <gtest/gtest.h>

#include "kit/observations.h"

namespace weir::flow {
namespace {

/// Keeps the addresses of the batches that came: lanes share them.
class KeepingSink final : public Sink {
 public:
  KeepingSink(std::vector<const model::Batch*>& kept, std::vector<Gap>& gaps)
      : kept_(kept), gaps_(gaps) {}
  Status deliver(const model::Batch& batch) override {
    kept_.push_back(&batch);
    return Done{};
  }
  Status note(const Gap& gap) override {
    gaps_.push_back(gap);
    return Done{};
  }

 private:
  std::vector<const model::Batch*>& kept_;
  std::vector<Gap>& gaps_;
};

struct RouterTest : ::testing::Test {
  void SetUp() override {
    for (size_t i = 0; i < 2; ++i) {
      auto account = std::make_shared<SinkBook>("sink" + std::to_string(i));
      lanes.push_back(std::make_unique<Lane>(account->name(),
                                             std::make_unique<KeepingSink>(kept[i], gaps[i]),
                                             LaneSettings{}, account, clock));
      router.add_lane(*lanes.back(), account);
      lanes.back()->start();
    }
    router.add_tap(tap);
  }
  void finish() {
    router.finish(clock.now() + 30s);
    router.join();
    for (const auto& lane : lanes) {
      lane->close(clock.now() + 30s);
      lane->join();
    }
  }

  SystemClock clock;
  std::vector<const model::Batch*> kept[2];
  std::vector<Gap> gaps[2], more_gaps[2];
  std::vector<std::unique_ptr<Lane>> lanes;
  Router router{clock};
  std::shared_ptr<SourceBook> book = std::make_shared<SourceBook>("edge", model::SourceKind::kEdge);
  RingTap tap{book, 0, {.observations = 2, .ring_batches = 4}, false, router.bell()};
  const kit::Seen seen{"example.org"};
};

TEST_F(RouterTest, every_lane_gets_the_same_batch_uncopied) {
  router.start();
  tap.record(seen.observation);
  tap.flush();
  finish();
  ASSERT_EQ(kept[0].size(), 1U);
  EXPECT_EQ(kept[0], kept[1]);
  EXPECT_EQ(book->forwarded(), 1U);
}

TEST_F(RouterTest, lanes_that_take_turns_share_the_batches) {
  std::vector<const model::Batch*> shared[2];
  for (size_t i = 0; i < 2; ++i) {
    auto account = std::make_shared<SinkBook>("shared" + std::to_string(i));
    lanes.push_back(std::make_unique<Lane>(account->name(),
                                           std::make_unique<KeepingSink>(shared[i], more_gaps[i]),
                                           LaneSettings{}, account, clock));
    router.add_lane(*lanes.back(), account, i == 0 ? Router::Takes::kAll : Router::Takes::kTurns);
    lanes.back()->start();
  }
  for (int i = 0; i < 8; ++i) tap.record(seen.observation);
  tap.flush();
  router.start();
  finish();
  ASSERT_EQ(kept[0].size(), 4U);
  EXPECT_EQ(shared[0], (std::vector{kept[0][0], kept[0][2]}));
  EXPECT_EQ(shared[1], (std::vector{kept[0][1], kept[0][3]}));
}

TEST_F(RouterTest, finishing_takes_what_is_still_in_the_rings) {
  for (int i = 0; i < 8; ++i) tap.record(seen.observation);
  router.start();
  finish();
  EXPECT_EQ(kept[0].size(), 3U);  // four batches of two: the last one was not flushed
  EXPECT_EQ(book->read().in_flight, 2U);
}

TEST_F(RouterTest, N01_losses_of_a_source_become_gaps_of_every_sink) {
  for (int i = 0; i < 20; ++i) tap.record(seen.observation);
  tap.flush();
  router.start();
  finish();
  for (const auto& list : gaps) {
    ASSERT_EQ(list.size(), 1U);
    EXPECT_EQ(list[0].origin, "source edge");
    EXPECT_EQ(list[0].count, 12U);
  }
}

}  // namespace
}  // namespace weir::flow
