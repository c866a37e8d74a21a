// Calls from one thread and several, with room and without, against an outlet in memory.
#include "producer/intake.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <thread>

#include "kit/scripted_outlet.h"

namespace weir::producer {
namespace {

using tap::Outcome;

class IntakeTest : public testing::Test {
 protected:
  Intake& make() {
    intake =
        std::make_unique<Intake>(std::make_unique<kit::ScriptedOutlet>(script), options, clock);
    EXPECT_TRUE(intake->start().ok());
    return *intake;
  }
  void TearDown() override {
    if (intake) intake->close(0s);
  }
  static tap::Message message(Bytes query) {
    tap::Message made;
    made.query = query;
    return made;
  }
  static uint64_t dropped(const tap::Statistics& statistics, Outcome why) {
    return statistics.dropped[static_cast<size_t>(why)];
  }

  std::shared_ptr<kit::OutletScript> script = std::make_shared<kit::OutletScript>();
  tap::Options options;
  SystemClock clock;
  std::unique_ptr<Intake> intake;
};

TEST_F(IntakeTest, E22_one_call_is_one_frame) {
  Intake& tap = make();
  Octets query = {0, 0, 0, 0};
  for (uint32_t number = 0; number < 5000; ++number) {
    store_u32(query.data(), number);
    ASSERT_EQ(tap.log(message(query)), Outcome::kAccepted);
  }
  ASSERT_TRUE(tap.flush(10s));
  const auto payloads = kit::payloads_of(script->octets());
  ASSERT_EQ(payloads.size(), 5000U);
  for (uint32_t number = 0; number < payloads.size(); ++number) {
    const auto envelope = dnstap::decode(payloads[number]);
    ASSERT_TRUE(envelope.ok());
    ASSERT_EQ(load_u32(envelope->message->query_message->data()), number);
  }
}

TEST_F(IntakeTest, E18_a_frame_of_262144_octets_is_sent_and_one_more_is_refused) {
  Intake& tap = make();
  // What stands around the query in a frame of that size.
  const Octets query(262'144);
  tap::Message sized = message(query);
  size_t around = 0;
  {
    dnstap::Envelope envelope;
    Octets policy, payload;
    fill(envelope, sized, {}, clock.wall_now(), policy);
    dnstap::encode(envelope, payload);
    around = payload.size() - query.size();
  }
  EXPECT_EQ(tap.log(sized), Outcome::kTooLarge);
  sized.query = Bytes(query).first(262'144 - around);
  EXPECT_EQ(tap.log(sized), Outcome::kAccepted);
  sized.query = Bytes(query).first(262'145 - around);
  EXPECT_EQ(tap.log(sized), Outcome::kTooLarge);
  ASSERT_TRUE(tap.flush(10s));
  EXPECT_EQ(script->octets().size(), 4U + 262'144U);
  EXPECT_EQ(dropped(tap.statistics(), Outcome::kTooLarge), 2U);
}

TEST_F(IntakeTest, D44_a_receiver_that_does_not_read_costs_messages_and_no_time) {
  options.queue_octets = 4096;
  options.most_frame_octets = 1024;
  script->stall(true);
  Intake& tap = make();
  const Octets query(100);
  uint64_t accepted = 0;
  for (int i = 0; i < 1000; ++i) accepted += tap.log(message(query)) == Outcome::kAccepted;
  const tap::Statistics statistics = tap.statistics();
  EXPECT_GT(accepted, 0U);
  EXPECT_EQ(statistics.produced, 1000U);
  EXPECT_EQ(statistics.queued, accepted);
  EXPECT_EQ(dropped(statistics, Outcome::kQueueFull), 1000 - accepted);
  script->stall(false);
  ASSERT_TRUE(tap.flush(10s));
  EXPECT_EQ(tap.statistics().sent, accepted);
  EXPECT_EQ(script->frames(), accepted);
}

TEST_F(IntakeTest, a_call_waits_for_room_if_that_is_wanted) {
  options.queue_octets = 4096;
  options.most_frame_octets = 1024;
  options.block_for = 10s;
  Intake& tap = make();
  const Octets query(100);
  for (int i = 0; i < 10'000; ++i) ASSERT_EQ(tap.log(message(query)), Outcome::kAccepted) << i;
  ASSERT_TRUE(tap.flush(10s));
  EXPECT_EQ(script->frames(), 10'000U);
}

TEST_F(IntakeTest, a_call_waits_no_longer_than_it_is_willing_to) {
  options.queue_octets = 4096;
  options.most_frame_octets = 1024;
  options.block_for = 20ms;
  script->stall(true);
  Intake& tap = make();
  const Octets query(100);
  const Instant before = clock.now();
  Outcome outcome = Outcome::kAccepted;
  while (outcome == Outcome::kAccepted) outcome = tap.log(message(query));
  EXPECT_EQ(outcome, Outcome::kQueueFull);
  EXPECT_GE(clock.now() - before, 20ms);
  EXPECT_LT(clock.now() - before, 5s);
}

TEST_F(IntakeTest, every_refusal_is_counted_by_its_reason) {
  options.most_threads = 1;
  Intake& tap = make();
  tap::Message wrong;
  wrong.type = static_cast<tap::Type>(99);
  EXPECT_EQ(tap.log(wrong), Outcome::kInvalid);
  std::thread([&] { EXPECT_EQ(tap.log({}), Outcome::kTooManyThreads); }).join();
  EXPECT_TRUE(tap.close(10s));
  EXPECT_EQ(tap.log({}), Outcome::kClosed);
  const tap::Statistics statistics = tap.statistics();
  for (const Outcome why : {Outcome::kInvalid, Outcome::kTooManyThreads, Outcome::kClosed})
    EXPECT_EQ(dropped(statistics, why), 1U) << to_text(why);
  EXPECT_EQ(statistics.produced, 3U);
  intake.reset();
}

TEST_F(IntakeTest, R11_sums_hold_at_any_time_and_nothing_is_lost_uncounted) {
  options.queue_octets = 8192;
  options.most_frame_octets = 1024;
  Intake& tap = make();
  constexpr int kThreads = 4, kCalls = 50'000;
  std::atomic<int> running{kThreads};
  std::vector<std::thread> threads;
  for (int thread = 0; thread < kThreads; ++thread)
    threads.emplace_back([&] {
      const Octets query(60);
      for (int call = 0; call < kCalls; ++call) tap.log(message(query));
      --running;
    });
  while (running > 0) {
    const tap::Statistics now = tap.statistics();
    ASSERT_EQ(now.produced, now.sent + now.dropped_total() + now.queued);
  }
  for (std::thread& thread : threads) thread.join();
  ASSERT_TRUE(tap.flush(10s));
  const tap::Statistics end = tap.statistics();
  EXPECT_EQ(end.produced, uint64_t{kThreads} * kCalls);
  EXPECT_EQ(end.queued, 0U);
  EXPECT_EQ(end.sent, script->frames());
  EXPECT_EQ(end.produced, end.sent + dropped(end, Outcome::kQueueFull));
}

TEST_F(IntakeTest, a_child_s_calls_are_harmless) {
  Intake& tap = make();
  ASSERT_EQ(tap.log({}), Outcome::kAccepted);
  const pid_t child = ::fork();
  if (child == 0)
    ::_exit(tap.log({}) == Outcome::kForked && !tap.flush(0s) &&
                    tap.statistics().state == tap::State::kOff
                ? 7
                : 1);
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(WEXITSTATUS(status), 7);
  EXPECT_EQ(tap.log({}), Outcome::kAccepted);
  ASSERT_TRUE(tap.flush(10s));
  EXPECT_EQ(tap.statistics().sent, 2U);
  EXPECT_EQ(script->frames(), 2U);
}

}  // namespace
}  // namespace weir::producer
