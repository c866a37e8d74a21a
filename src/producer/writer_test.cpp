// Rounds and outages, with a clock that stands still and an outlet that fails when it is told to.
#include "producer/writer.h"

#include <gmock/gmock.h>

#include <vector>

#include "kit/scripted_outlet.h"

namespace weir::producer {
namespace {

using tap::Outcome;
using tap::State;
using testing::ElementsAre;
using testing::HasSubstr;

class WriterTest : public testing::Test {
 protected:
  void make(std::optional<uint64_t> attempts = std::nullopt) {
    WriterSettings settings;
    settings.name = "unix:/run/x";
    settings.flush_interval = 100ms;
    settings.reconnect.attempts = attempts;
    settings.log = [this](tap::Severity severity, std::string_view text) {
      told.emplace_back(std::string(severity == tap::Severity::kInfo ? "info: " : "warning: ") +
                        std::string(text));
    };
    writer = std::make_unique<Writer>(std::make_unique<kit::ScriptedOutlet>(script), rings,
                                      settings, clock, random);
  }
  void put(int frames = 1, size_t payload = 96) {
    for (; frames > 0; --frames) {
      uint8_t* const at = rings.mine()->reserve(4 + payload);
      if (at == nullptr) {
        rings.mine()->calls().add(Outcome::kQueueFull);
        continue;
      }
      store_u32(at, static_cast<uint32_t>(payload));
      rings.mine()->commit(4 + payload);
    }
  }
  /// Steps until `time` has passed; times of attempts to open are kept.
  void pass(Duration time) {
    const Instant until = clock.now() + time;
    while (true) {
      const size_t openings = script->openings();
      const Writer::Rest rest = writer->step();
      if (script->openings() > openings) opened_at.push_back(clock.now().time_since_epoch());
      if (clock.now() + rest.most > until) break;
      clock.advance(rest.most);
    }
    clock.advance(until - clock.now());
  }
  tap::Statistics read() const {
    tap::Statistics statistics;
    writer->read(statistics);
    return statistics;
  }

  std::shared_ptr<kit::OutletScript> script = std::make_shared<kit::OutletScript>();
  VirtualClock clock;
  SeededRandom random{1};
  Rings rings{4096, 4, false};
  std::vector<std::string> told;
  std::vector<Duration> opened_at;
  std::unique_ptr<Writer> writer;
};

TEST_F(WriterTest, writes_what_is_queued_and_rests_for_the_flush_interval) {
  make();
  put(3);
  const Writer::Rest rest = writer->step();
  EXPECT_EQ(script->frames(), 3U);
  EXPECT_EQ(rest.most, 100ms);
  EXPECT_FALSE(rest.idle);
  EXPECT_TRUE(writer->step().idle);
  EXPECT_EQ(rings.totals().sent, 3U);
  EXPECT_EQ(read().state, State::kOpen);
}

TEST_F(WriterTest, E14_tries_again_after_1_2_4_to_60_seconds) {
  script->refuse_opening(true);
  make();
  pass(190s);
  EXPECT_THAT(opened_at, ElementsAre(0s, 1s, 3s, 7s, 15s, 31s, 63s, 123s, 183s));
  EXPECT_EQ(read().state, State::kWaiting);
  EXPECT_EQ(read().failures, 9U);
  EXPECT_EQ(read().last_error, "nobody is there");
}

TEST_F(WriterTest, E14_begins_anew_after_a_success) {
  script->refuse_opening(true);
  make();
  pass(10s);
  script->refuse_opening(false);
  pass(10s);
  ASSERT_EQ(read().state, State::kOpen);
  script->end_quietly();
  script->refuse_opening(true);
  opened_at.clear();
  const Duration before = clock.now().time_since_epoch();
  pass(8s);
  ASSERT_GE(opened_at.size(), 2U);
  EXPECT_LE(opened_at[0] - before, 1s + 400ms);
  EXPECT_EQ(opened_at[1] - opened_at[0], 2s);
}

TEST_F(WriterTest, E15_gives_up_after_so_many_attempts) {
  script->refuse_opening(true);
  make(3);
  put(5);
  pass(100s);
  EXPECT_EQ(script->openings(), 4U) << "one, and three more";
  EXPECT_EQ(read().state, State::kExhausted);
  EXPECT_EQ(writer->refusal(), Outcome::kExhausted);
  EXPECT_EQ(rings.totals().dropped[static_cast<size_t>(Outcome::kExhausted)], 5U);
  EXPECT_EQ(rings.totals().queued, 0U);
  EXPECT_THAT(told, ElementsAre(HasSubstr("there; messages wait"),
                                "warning: dnstap: nobody is there; giving up"));
}

TEST_F(WriterTest, E15_what_comes_when_nothing_is_tried_any_more_is_dropped_at_once) {
  script->refuse_opening(true);
  make(0);
  ASSERT_TRUE(writer->start().ok());
  put(5);
  EXPECT_TRUE(writer->flush(10s)) << "dropped is dealt with";
  EXPECT_EQ(writer->close(10s), 0U);
  EXPECT_EQ(script->openings(), 1U);
  EXPECT_EQ(rings.totals().dropped[static_cast<size_t>(Outcome::kExhausted)], 5U);
}

TEST_F(WriterTest, E15_does_not_try_again_if_that_is_off) {
  script->refuse_opening(true);
  make(0);
  pass(100s);
  EXPECT_EQ(script->openings(), 1U);
  EXPECT_EQ(read().state, State::kExhausted);
}

TEST_F(WriterTest, D43_keeps_what_there_is_room_for_and_tells_of_an_outage_once) {
  script->refuse_opening(true);
  make();
  put(100);  // of 100 octets, into 4096
  pass(10s);
  EXPECT_EQ(rings.totals().queued, 40U);
  EXPECT_EQ(rings.totals().dropped[static_cast<size_t>(Outcome::kQueueFull)], 60U);
  EXPECT_EQ(told.size(), 1U);
  script->refuse_opening(false);
  pass(10s);
  EXPECT_EQ(script->frames(), 40U);
  EXPECT_THAT(told, ElementsAre(HasSubstr("warning: "), HasSubstr("info: ")));
}

TEST_F(WriterTest, sends_again_what_was_cut_and_nothing_else) {
  make();
  put(10);
  script->break_after(450);
  writer->step();
  EXPECT_EQ(script->frames(), 4U);
  EXPECT_EQ(rings.totals().sent, 4U);
  EXPECT_EQ(rings.totals().queued, 6U);
  pass(2s);
  EXPECT_EQ(script->frames(), 10U);
  EXPECT_EQ(rings.totals().sent, 10U);
  EXPECT_EQ(read().connects, 2U);
}

TEST_F(WriterTest, an_outlet_that_opens_and_never_writes_is_one_outage) {
  make();
  put(1);
  script->break_after(0);
  pass(500ms);
  for (int again = 0; again < 3; ++again) {
    script->break_after(0);
    pass(again == 0 ? 1s : again == 1 ? 2s : 4s);
  }
  EXPECT_EQ(script->openings(), 4U) << "after 1, 2 and 4 seconds: opening alone is no success";
  EXPECT_EQ(told.size(), 1U);
}

TEST_F(WriterTest, E17_notices_a_receiver_that_went_away_within_a_second) {
  make();
  pass(5s);
  script->end_quietly();
  pass(1s);
  EXPECT_EQ(read().state, State::kWaiting);
  EXPECT_EQ(read().last_error, "the receiver went away");
}

TEST_F(WriterTest, D42_closing_writes_what_is_queued_and_ends_the_stream) {
  make();
  put(3);
  std::thread closer([&] { EXPECT_EQ(writer->close(10s), 0U); });
  while (!writer->is_finished()) writer->step();
  closer.join();
  EXPECT_EQ(script->frames(), 3U);
  EXPECT_EQ(script->closings(), 1U);
  EXPECT_EQ(read().state, State::kClosed);
  EXPECT_EQ(writer->refusal(), Outcome::kClosed);
}

TEST_F(WriterTest, closing_tries_once_more_and_counts_what_is_left_behind) {
  script->refuse_opening(true);
  make();
  put(3);
  pass(100ms);
  ASSERT_EQ(script->openings(), 1U);
  ASSERT_TRUE(writer->start().ok());
  EXPECT_EQ(writer->close(50ms), 3U);
  EXPECT_EQ(script->openings(), 2U) << "at once; the next would be due in two seconds";
  EXPECT_EQ(rings.totals().dropped[static_cast<size_t>(Outcome::kClosed)], 3U);
  EXPECT_EQ(rings.totals().queued, 0U);
  EXPECT_EQ(told.size(), 1U);
}

TEST_F(WriterTest, closing_waits_for_a_receiver_that_comes_in_time) {
  script->refuse_opening(true);
  make();
  put(3);
  pass(100ms);
  std::thread closer([&] { EXPECT_EQ(writer->close(10s), 0U); });
  while (script->openings() < 2) writer->step();
  script->refuse_opening(false);
  while (!writer->is_finished()) clock.advance(writer->step().most);
  closer.join();
  EXPECT_EQ(script->frames(), 3U);
  EXPECT_EQ(script->closings(), 1U);
}

TEST_F(WriterTest, D44_closing_does_not_wait_for_a_receiver_that_does_not_read) {
  make();
  script->stall(true);
  put(5);
  ASSERT_TRUE(writer->start().ok());
  ASSERT_TRUE(script->await_stalled());
  EXPECT_EQ(writer->close(20ms), 5U);
  EXPECT_TRUE(told.empty()) << "it was us who gave up";
}

TEST_F(WriterTest, a_sleeping_writer_is_woken_by_the_first_message) {
  make();
  ASSERT_TRUE(writer->start().ok());
  for (int message = 1; message <= 20; ++message) {
    put(1);
    writer->on_message(*rings.mine());
    ASSERT_TRUE(writer->flush(10s));
    EXPECT_EQ(script->frames(), static_cast<size_t>(message));
  }
  EXPECT_EQ(writer->close(10s), 0U);
}

TEST_F(WriterTest, flush_gives_up_when_time_is_up) {
  make();
  script->stall(true);
  put(1);
  ASSERT_TRUE(writer->start().ok());
  ASSERT_TRUE(script->await_stalled());
  EXPECT_FALSE(writer->flush(10ms));
  script->stall(false);
  EXPECT_TRUE(writer->flush(10s));
  EXPECT_EQ(writer->close(10s), 0U);
}

}  // namespace
}  // namespace weir::producer
