// Tests of a lane: delivery, overflow, retries, refusals, gaps and its end.
#include "flow/lane/lane.h"

#include <gtest/gtest.h>

#include <condition_variable>

#include "kit/observations.h"

namespace weir::flow {
namespace {

const Error kPassing{Fault::kResource, "disk full", true};
const Error kLasting{Fault::kPeer, "will not have it", false};

/// What the test and its sink share; the sink belongs to the lane.
struct Desk {
  std::mutex mutex;
  std::condition_variable changed;
  int failures_left = 0;             // of settle, passing ones
  bool shut = false;                 // fail always
  std::optional<uint64_t> unwanted;  // refuse the batch that begins with this sequence
  std::vector<uint64_t> kept;        // sequences, settled
  std::vector<Gap> gaps;
  int reopened = 0;
  bool gone = false;  // tend fails
  int tended = 0;
  uint64_t refused = 0;  // of what is settled next
  bool blocked = false;  // deliver waits for an interrupt
  bool interrupted = false;
  uint64_t given_up = 0;
  bool closed = false;

  template <typename Condition>
  void await(Condition condition) {
    std::unique_lock lock(mutex);
    ASSERT_TRUE(changed.wait_for(lock, 30s, condition));
  }
};

class DeskSink final : public Sink {
 public:
  explicit DeskSink(Desk& desk) : desk_(desk) {}
  Status deliver(const model::Batch& batch) override {
    std::unique_lock lock(desk_.mutex);
    if (desk_.blocked) {
      desk_.changed.notify_all();
      desk_.changed.wait(lock, [&] { return desk_.interrupted; });
      return undo(kPassing);
    }
    if (desk_.unwanted == batch.observations()[0].sequence) return undo(kLasting);
    for (const auto& observation : batch.observations()) taken_.push_back(observation.sequence);
    return Done{};
  }
  Status note(const Gap& gap) override {
    gaps_.push_back(gap);
    return Done{};
  }
  Status settle() override {
    const std::lock_guard lock(desk_.mutex);
    desk_.changed.notify_all();
    if (desk_.shut || desk_.failures_left > 0) {
      --desk_.failures_left;
      return undo(kPassing);
    }
    desk_.kept.insert(desk_.kept.end(), taken_.begin(), taken_.end());
    desk_.gaps.insert(desk_.gaps.end(), gaps_.begin(), gaps_.end());
    taken_.clear();
    gaps_.clear();
    return Done{};
  }
  Status tend(WallTime) override {
    const std::lock_guard lock(desk_.mutex);
    ++desk_.tended;
    desk_.changed.notify_all();
    if (desk_.gone) return kPassing;
    return Done{};
  }
  uint64_t take_refused() override {
    const std::lock_guard lock(desk_.mutex);
    return std::exchange(desk_.refused, 0);
  }
  void give_up(uint64_t observations) override {
    const std::lock_guard lock(desk_.mutex);
    desk_.given_up += observations;
    desk_.changed.notify_all();
  }
  void close() override { desk_.closed = true; }
  void interrupt() override {
    const std::lock_guard lock(desk_.mutex);
    desk_.interrupted = true;
    desk_.changed.notify_all();
  }
  void reopen() override {
    const std::lock_guard lock(desk_.mutex);
    ++desk_.reopened;
    desk_.changed.notify_all();
  }

 private:
  Error undo(Error error) {
    taken_.clear();
    gaps_.clear();
    return error;
  }
  Desk& desk_;
  std::vector<uint64_t> taken_;
  std::vector<Gap> gaps_;
};

struct LaneTest : ::testing::Test {
  void open(LaneSettings settings = {}) {
    settings.retry_base = 1ms;
    settings.retry_most = 4ms;
    lane = std::make_unique<Lane>("desk", std::make_unique<DeskSink>(desk), settings, book, clock);
  }
  void offer(size_t count = 1) {
    model::BatchBuilder builder(0, count, 4096);
    const kit::Seen seen("example.org");
    for (size_t i = 0; i < count; ++i) builder.add(seen.observation);
    lane->offer(builder.seal(next));
    next += count;
  }
  void finish(Duration patience = 30s) {
    lane->close(clock.now() + patience);
    lane->join();
  }

  SystemClock clock;
  Desk desk;
  std::shared_ptr<SinkBook> book = std::make_shared<SinkBook>("desk");
  uint64_t next = 1;
  std::unique_ptr<Lane> lane;
};

TEST_F(LaneTest, delivers_in_order_and_ends_when_empty) {
  open();
  lane->start();
  for (int i = 0; i < 100; ++i) offer(2);
  finish();
  ASSERT_EQ(desk.kept.size(), 200U);
  for (size_t i = 0; i < 200; ++i) EXPECT_EQ(desk.kept[i], i + 1);
  EXPECT_EQ(book->read().passed_on, 200U);
  EXPECT_EQ(book->read().in_flight, 0U);
  EXPECT_EQ(lane->read().state, LaneState::kStopped);
}

TEST_F(LaneTest, a_failed_settling_is_offered_again_and_counted_once) {
  open();
  desk.failures_left = 3;
  for (int i = 0; i < 10; ++i) offer();
  lane->start();
  finish();
  EXPECT_EQ(desk.kept.size(), 10U);
  EXPECT_EQ(book->read().passed_on, 10U);
  EXPECT_EQ(lane->read().retries, 3U);
  EXPECT_TRUE(lane->read().last_error.empty());
}

TEST_F(LaneTest, one_refused_batch_costs_no_other) {
  open();
  desk.unwanted = 7;
  for (int i = 0; i < 10; ++i) offer(2);
  lane->start();
  finish();
  EXPECT_EQ(desk.kept.size(), 18U);
  EXPECT_EQ(book->losses().of(Loss::kRefused), 2U);
  EXPECT_EQ(book->read().in_flight, 0U);
}

/// Lets even sequences through.
class Even final : public Transform {
 public:
  bool apply(model::Observation& observation) override { return observation.sequence % 2 == 0; }
};

std::unique_ptr<Transforms> even() {
  std::vector<std::unique_ptr<Transform>> chain;
  chain.push_back(std::make_unique<Even>());
  return std::make_unique<Transforms>(std::move(chain));
}

TEST_F(LaneTest, what_is_withheld_is_counted_apart_and_once) {
  open();
  lane->transform(even());
  desk.failures_left = 2;
  for (int i = 0; i < 5; ++i) offer(3);
  lane->start();
  finish();
  EXPECT_EQ(desk.kept, (std::vector<uint64_t>{2, 4, 6, 8, 10, 12, 14}));
  const Account account = book->read();
  EXPECT_EQ(account.passed_on, 7U);
  EXPECT_EQ(account.withheld, 8U);
  EXPECT_EQ(account.in_flight, 0U);
}

TEST_F(LaneTest, a_sink_gives_up_what_it_was_shown) {
  open();
  lane->transform(even());
  desk.unwanted = 4;
  for (int i = 0; i < 3; ++i) offer(3);
  lane->start();
  finish();
  EXPECT_EQ(desk.kept, (std::vector<uint64_t>{2, 8}));
  EXPECT_EQ(book->losses().of(Loss::kRefused), 3U);
  EXPECT_EQ(desk.given_up, 2U);
}

TEST_F(LaneTest, drop_newest_keeps_the_oldest) {
  open({.queue_batches = 3});
  for (int i = 0; i < 5; ++i) offer();
  EXPECT_EQ(book->losses().of(Loss::kQueueFull), 2U);
  lane->start();
  finish();
  EXPECT_EQ(desk.kept, (std::vector<uint64_t>{1, 2, 3}));
}

TEST_F(LaneTest, drop_oldest_keeps_the_newest) {
  open({.queue_batches = 3, .overflow = Overflow::kDropOldest});
  for (int i = 0; i < 5; ++i) offer();
  EXPECT_EQ(book->losses().of(Loss::kEvicted), 2U);
  lane->start();
  finish();
  EXPECT_EQ(desk.kept, (std::vector<uint64_t>{3, 4, 5}));
}

TEST_F(LaneTest, block_waits_and_loses_nothing) {
  open({.queue_batches = 1, .overflow = Overflow::kBlock});
  lane->start();
  for (int i = 0; i < 300; ++i) offer();
  finish();
  EXPECT_EQ(desk.kept.size(), 300U);
  EXPECT_EQ(book->read().dropped_total(), 0U);
}

TEST_F(LaneTest, at_the_deadline_what_is_left_is_counted_as_lost) {
  open();
  desk.shut = true;
  for (int i = 0; i < 50; ++i) offer();
  lane->start();
  finish(20ms);
  EXPECT_TRUE(desk.kept.empty());
  EXPECT_EQ(book->losses().of(Loss::kShutdown), 50U);
  offer();
  EXPECT_EQ(book->losses().of(Loss::kShutdown), 51U);
  EXPECT_EQ(book->read().in_flight, 0U);
}

TEST_F(LaneTest, says_what_is_wrong_while_it_lasts) {
  open();
  desk.shut = true;
  offer();
  lane->start();
  desk.await([&] { return desk.failures_left < -1; });
  const LaneReading bad = lane->read();
  EXPECT_EQ(bad.last_error, "disk full");
  EXPECT_GT(bad.lag, 0s);
  {
    const std::lock_guard lock(desk.mutex);
    desk.shut = false;
  }
  finish();
  EXPECT_EQ(desk.kept.size(), 1U);
  EXPECT_TRUE(lane->read().last_error.empty());
}

TEST_F(LaneTest, N01_gaps_reach_the_sink_also_after_it_failed) {
  open();
  desk.failures_left = 2;
  lane->start();
  lane->note({wall_time(1), wall_time(2), "source edge", "tap", "ring_full", 5});
  offer();
  finish();
  ASSERT_EQ(desk.gaps.size(), 1U);
  EXPECT_EQ(desk.gaps[0].count, 5U);
}

TEST_F(LaneTest, gaps_that_wait_are_bounded_and_keep_their_sum) {
  open();
  for (int i = 0; i < 1000; ++i)
    lane->note({wall_time(i), wall_time(i + 1), "source edge", "tap", "ring_full", 1});
  lane->start();
  offer();
  finish();
  EXPECT_EQ(desk.gaps.size(), Lane::kMostGaps);
  uint64_t sum = 0;
  for (const Gap& gap : desk.gaps) sum += gap.count;
  EXPECT_EQ(sum, 1000U);
  EXPECT_EQ(desk.gaps.back().to, wall_time(1000));
}

TEST_F(LaneTest, reopens_also_while_idle) {
  open();
  lane->start();
  lane->reopen();
  desk.await([&] { return desk.reopened == 1; });
  finish();
}

TEST_F(LaneTest, E17_an_idle_sink_that_lost_its_destination_is_tried_again_and_recovers) {
  open();
  desk.gone = true;
  lane->start();
  desk.await([&] { return desk.tended > 3; });
  EXPECT_EQ(lane->read().last_error, "disk full");
  EXPECT_GT(lane->read().retries, 1U);
  {
    const std::lock_guard lock(desk.mutex);
    desk.gone = false;
  }
  while (lane->read().state != LaneState::kIdle) std::this_thread::yield();
  EXPECT_TRUE(lane->read().last_error.empty());
  finish();
  EXPECT_TRUE(desk.closed);
}

TEST_F(LaneTest, E15_gives_up_after_its_attempts_and_begins_anew_when_it_is_reopened) {
  open({.retry_attempts = 3});
  desk.gone = true;
  lane->start();
  while (lane->read().state != LaneState::kExhausted) std::this_thread::yield();
  EXPECT_EQ(desk.tended, 4);  // the first failure and three more
  EXPECT_EQ(lane->read().retries, 3U);
  offer(5);
  desk.await([&] { return desk.given_up == 5 && desk.tended == 4; });
  EXPECT_EQ(book->losses().of(Loss::kExhausted), 5U);
  EXPECT_EQ(lane->read().last_error, "disk full");
  {
    const std::lock_guard lock(desk.mutex);
    desk.gone = false;
  }
  lane->reopen();
  desk.await([&] { return desk.reopened == 1 && desk.tended > 4; });
  offer(2);
  finish();
  EXPECT_EQ(desk.kept.size(), 2U);
  EXPECT_TRUE(lane->read().last_error.empty());
  EXPECT_EQ(book->read().in_flight, 0U);
}

TEST_F(LaneTest, E15_without_retries_the_first_failure_is_the_last) {
  open({.retry = false});
  desk.shut = true;
  offer(2);
  lane->start();
  while (lane->read().state != LaneState::kExhausted) std::this_thread::yield();
  EXPECT_EQ(lane->read().retries, 0U);
  finish();
  EXPECT_EQ(book->losses().of(Loss::kExhausted), 2U);
}

TEST_F(LaneTest, E18_what_a_sink_refuses_of_a_batch_is_not_delivered) {
  open();
  desk.refused = 2;
  offer(5);
  lane->start();
  finish();
  EXPECT_EQ(book->read().passed_on, 3U);
  EXPECT_EQ(book->losses().of(Loss::kRefused), 2U);
  EXPECT_EQ(book->read().in_flight, 0U);
}

TEST_F(LaneTest, a_sink_that_waits_beyond_the_deadline_is_interrupted) {
  open();
  desk.blocked = true;
  offer();
  lane->start();
  {
    std::unique_lock lock(desk.mutex);
    desk.changed.wait(lock);  // it waits
  }
  finish(20ms);
  EXPECT_TRUE(desk.interrupted);
  EXPECT_EQ(book->losses().of(Loss::kShutdown), 1U);
  EXPECT_TRUE(desk.closed);
}

TEST_F(LaneTest, a_lane_that_never_started_ends_too) {
  open();
  offer();
  lane.reset();
}

}  // namespace
}  // namespace weir::flow
