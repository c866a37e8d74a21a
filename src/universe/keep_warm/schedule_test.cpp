// Tests of when records are refreshed, in virtual time.
#include "universe/keep_warm/schedule.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

namespace weir::universe {
namespace {

using dns::Type;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

constexpr auto kIn = dns::Class::kIn;

/// Everybody counts, at a rate that does not matter, without chance.
WarmthSettings plain() {
  return {.ahead = 20s, .jitter_percent = 0, .batch = 1000, .rate = 100'000, .least_asked = 1};
}

class WarmthSchedule : public testing::Test {
 protected:
  Schedule& make(const WarmthSettings& settings = plain()) {
    return schedule_.emplace(settings, 1, random_);
  }
  static WallTime at(int64_t seconds) {
    return WallTime(std::chrono::seconds(1'000'000 + seconds));
  }
  void see(int64_t time, const std::string& name, uint32_t ttl, bool asked = true,
           Type type = Type::kA) {
    schedule_->see({.name = *dns::Name::parse(name), .type = type, .klass = kIn}, ttl, at(time),
                   asked);
  }
  std::vector<std::string> due(int64_t time) {
    std::vector<std::string> names;
    out_ = schedule_->take_due(at(time));
    for (const Target& target : out_) names.push_back(target.name.to_text());
    return names;
  }
  void settle(int64_t time, std::optional<uint32_t> ttl) {
    for (const Target& target : out_) schedule_->settle(target, at(time), ttl);
  }
  /// The first second at which something is due.
  std::optional<int64_t> first_due(int64_t from, int64_t until) {
    for (int64_t time = from; time < until; ++time)
      if (!due(time).empty()) return time;
    return std::nullopt;
  }

  SeededRandom random_{9};
  std::optional<Schedule> schedule_;
  std::vector<Target> out_;
};

TEST_F(WarmthSchedule, K_14_those_that_expire_first_come_first) {
  make({.ahead = 1h, .jitter_percent = 0, .rate = 1000, .least_asked = 1});
  see(0, "hundred.example", 100);
  see(0, "fifty.example", 50);
  see(0, "seventyfive.example", 75);
  EXPECT_THAT(due(24), IsEmpty());  // half of a life is never given away
  EXPECT_THAT(due(50), ElementsAre("fifty.example.", "seventyfive.example.", "hundred.example."));
}

TEST_F(WarmthSchedule, K_15_the_latest_sighting_wins) {
  make();
  see(0, "a.example", 100);
  see(10, "a.example", 400);
  EXPECT_EQ(first_due(0, 500), 390);
  EXPECT_THAT(due(500), IsEmpty());
}

TEST_F(WarmthSchedule, K_15_a_sighting_that_comes_late_changes_nothing) {
  make();
  see(10, "a.example", 400);
  see(0, "a.example", 100);
  EXPECT_EQ(first_due(0, 500), 390);
}

TEST_F(WarmthSchedule, K_17_a_refresh_comes_as_long_before_the_end_as_was_asked) {
  make();
  see(0, "a.example", 60);
  EXPECT_EQ(first_due(0, 100), 40);
}

TEST_F(WarmthSchedule, the_same_life_seen_later_is_not_a_new_one) {
  make();
  for (int64_t time = 0; time <= 270; ++time)  // as a cache counts down
    see(time, "a.example", static_cast<uint32_t>(300 - time));
  EXPECT_EQ(first_due(0, 400), 280);
}

TEST_F(WarmthSchedule, K_18_a_batch_has_its_cap) {
  make({.ahead = 20s, .jitter_percent = 0, .batch = 100, .rate = 100, .least_asked = 1});
  for (int i = 0; i < 250; ++i) see(0, "n" + std::to_string(i) + ".example", 60);
  EXPECT_THAT(due(40), SizeIs(100));
  EXPECT_THAT(due(41), SizeIs(100));
  EXPECT_THAT(due(42), SizeIs(50));
  EXPECT_THAT(due(43), IsEmpty());
}

TEST_F(WarmthSchedule, D_05_what_nobody_asks_for_is_not_refreshed) {
  make();
  see(0, "a.example", 60, false);
  EXPECT_EQ(schedule_->size(), 0U);
  see(0, "b.example", 60);
  EXPECT_THAT(due(40), ElementsAre("b.example."));
  settle(40, 60);
  EXPECT_THAT(due(80), IsEmpty());  // nobody has asked since
  EXPECT_EQ(schedule_->size(), 0U);
  EXPECT_EQ(schedule_->refreshed(), 1U);
  EXPECT_EQ(schedule_->dropped(Unwarmed::kUnpopular), 1U);
}

TEST_F(WarmthSchedule, P_18_a_refresh_follows_another_while_clients_ask) {
  make({.ahead = 20s, .jitter_percent = 0, .least_asked = 2});
  int refreshes = 0;
  int64_t fetched = 0;  // by the resolver
  for (int64_t time = 0; time < 1000; ++time) {
    if (time % 15 == 0 && time < 500) {
      ASSERT_LT(time, fetched + 60) << "a client had to wait";
      see(time, "a.example", static_cast<uint32_t>(fetched + 60 - time));
    }
    if (due(time).empty()) continue;
    ++refreshes;
    fetched = time;
    settle(time, 60);
  }
  EXPECT_EQ(refreshes, 12);  // every 40 s, as long as two ask in between
}

TEST_F(WarmthSchedule, D_05_our_own_question_is_no_demand) {
  make();
  see(0, "a.example", 60);
  ASSERT_THAT(due(40), SizeIs(1));
  schedule_->sent(out_.front(), 4711);
  const dns::Name name = *dns::Name::parse("A.example");
  EXPECT_TRUE(schedule_->is_own(4711, name.wire(), Type::kA, kIn));
  EXPECT_FALSE(schedule_->is_own(4712, name.wire(), Type::kA, kIn));
  EXPECT_FALSE(schedule_->is_own(4711, name.wire(), Type::kAaaa, kIn));
}

TEST_F(WarmthSchedule, koroz_refreshes_all_that_is_seen_where_nobody_need_ask) {
  make({.ahead = 20s, .jitter_percent = 0, .least_asked = 0});
  see(0, "a.example", 60, false);
  EXPECT_THAT(due(40), SizeIs(1));
  settle(40, 60);
  EXPECT_THAT(due(80), SizeIs(1));
}

TEST_F(WarmthSchedule, an_answer_out_of_the_cache_is_tried_again_at_the_end) {
  make();
  see(0, "a.example", 60);
  ASSERT_THAT(due(40), SizeIs(1));
  settle(40, 20);
  EXPECT_EQ(schedule_->unmoved(), 1U);
  EXPECT_EQ(first_due(41, 100), 61);
  settle(61, 60);
  EXPECT_EQ(schedule_->refreshed(), 1U);
}

TEST_F(WarmthSchedule, a_sighting_of_the_refreshed_record_may_come_before_its_outcome) {
  make();
  see(0, "a.example", 60);
  ASSERT_THAT(due(40), SizeIs(1));
  see(40, "a.example", 60, false);  // as the resolver tells it
  settle(40, 60);
  EXPECT_EQ(schedule_->refreshed(), 1U);
  EXPECT_EQ(schedule_->unmoved(), 0U);
}

TEST_F(WarmthSchedule, an_old_answer_without_a_second_left_is_no_failure) {
  make();
  see(0, "a.example", 60);
  EXPECT_THAT(due(40), ElementsAre("a.example."));
  settle(40, 0);
  EXPECT_EQ(schedule_->unmoved(), 1U);
  EXPECT_THAT(due(61), ElementsAre("a.example."));
  settle(61, 0);  // and now it is
  EXPECT_EQ(schedule_->dropped(Unwarmed::kFailed), 1U);
}

TEST_F(WarmthSchedule, what_failed_is_left_to_the_next_client) {
  make();
  see(0, "a.example", 60);
  ASSERT_THAT(due(40), SizeIs(1));
  settle(40, std::nullopt);
  EXPECT_EQ(schedule_->dropped(Unwarmed::kFailed), 1U);
  EXPECT_EQ(schedule_->size(), 0U);
  see(61, "a.example", 60);
  EXPECT_THAT(due(101), SizeIs(1));
}

TEST_F(WarmthSchedule, jitter_makes_it_earlier_within_its_bound) {
  make({.ahead = 20s, .jitter_percent = 50, .least_asked = 1});
  for (int i = 0; i < 200; ++i) see(0, "n" + std::to_string(i) + ".example", 100);
  std::vector<size_t> counts;
  for (int64_t time = 70; time <= 80; ++time) counts.push_back(due(time).size());
  EXPECT_EQ(std::accumulate(counts.begin(), counts.end(), size_t{0}), 200U);
  EXPECT_LT(*std::ranges::max_element(counts), 50U);
}

TEST_F(WarmthSchedule, D_09_no_more_wait_than_may) {
  make({.least_asked = 1, .records = 10});
  for (int i = 0; i < 50; ++i) see(0, "n" + std::to_string(i) + ".example", 60);
  EXPECT_EQ(schedule_->size(), 10U);
  EXPECT_EQ(schedule_->dropped(Unwarmed::kFull), 40U);
}

TEST_F(WarmthSchedule, D_05_the_rate_holds_when_a_million_expire_at_once) {
  constexpr int kMany = 1'000'000;
  constexpr uint32_t kRate = 50;
  make({.ahead = 20s,
        .jitter_percent = 0,
        .batch = 1000,
        .rate = kRate,
        .least_asked = 1,
        .records = kMany});
  for (int i = 0; i < kMany; ++i) see(0, "n" + std::to_string(i) + ".example", 60);
  size_t taken = 0;
  for (int64_t time = 40; time < 240; ++time) {
    const size_t now = due(time).size();
    EXPECT_LE(now, kRate);
    taken += now;
    settle(time, 1);
  }
  EXPECT_LE(taken, kRate * 200U);
  EXPECT_GE(taken, kRate * 20U);
  EXPECT_GT(schedule_->dropped(Unwarmed::kLate), 900'000U);
}

TEST_F(WarmthSchedule, K_05_settings_hold_from_the_next_life_on) {
  make();
  see(0, "a.example", 60);
  WarmthSettings changed = plain();
  changed.ahead = 5s;
  schedule_->adopt(changed);
  EXPECT_EQ(first_due(0, 100), 40);
  settle(40, 60);
  see(41, "a.example", 59);
  EXPECT_EQ(first_due(41, 200), 95);
}

}  // namespace
}  // namespace weir::universe
