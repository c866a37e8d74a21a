// Tests of who waits for whom, and for how long.
#include "route/barrier/waiting_room.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace weir::route {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class FakeReceiver final : public Receiver {
 public:
  FakeReceiver(std::string name, GroupMask groups) : name_(std::move(name)), groups_(groups) {}
  std::string_view name() const override { return name_; }
  GroupMask groups() const override { return groups_; }
  bool is_up() const override { return up; }
  uint64_t reached(Instant) override { return version; }
  bool up = true;
  uint64_t version = 0;

 private:
  std::string name_;
  GroupMask groups_;
};

class Listener final : public Asker {
 public:
  void let_go(const model::Release& release) override { turn_.push_back(release); }
  void flush() override {
    ++flushes;
    for (const model::Release& each : turn_)
      told.push_back((each.refused ? "refused " : "answered ") + std::to_string(each.ticket));
    turn_.clear();
  }
  std::vector<std::string> take() { return std::exchange(told, {}); }
  std::vector<std::string> told;
  int flushes = 0;

 private:
  std::vector<model::Release> turn_;
};

struct Barrier : testing::Test {
  Barrier() {
    room.add_receiver(near);
    room.add_receiver(far);
  }
  void enter(uint64_t ticket, uint64_t version, bool refuses = false, uint8_t group = 0) {
    room.enter({listener, ticket, now, {{0, group, version, now + 80ms, refuses}}});
  }
  std::vector<std::string> look(Duration later = {}) {
    now += later;
    room.look(now);
    return listener->take();
  }
  double value(const std::string& series) {
    const std::string page = registry.expose();
    const size_t at = page.find("\n" + series + " ");
    return at == std::string::npos ? -1 : std::stod(page.substr(at + series.size() + 1));
  }

  metrics::Registry registry;
  std::vector<std::string> sets = {"vpn", "other"};
  WaitingRoom room{registry, sets};
  FakeReceiver near{"near", 0b01};
  FakeReceiver far{"far", 0b11};
  std::shared_ptr<Listener> listener = std::make_shared<Listener>();
  Instant now{100s};
};

TEST_F(Barrier, R7_an_answer_waits_for_all_whom_its_routes_concern) {
  enter(1, 5);
  enter(2, 5, false, 1);
  far.version = 5;
  EXPECT_THAT(look(), ElementsAre("answered 2")) << "near is told nothing of group 1";
  near.version = 4;
  EXPECT_THAT(look(1ms), IsEmpty());
  near.version = 5;
  EXPECT_THAT(look(1ms), ElementsAre("answered 1"));
  EXPECT_TRUE(room.empty());
  EXPECT_EQ(value("weir_route_barrier_wait_seconds_count"), 2);
  EXPECT_EQ(value("weir_route_barrier_waiting"), 0);
}

TEST_F(Barrier, R7_waiters_for_the_same_route_leave_together) {
  for (uint64_t ticket = 1; ticket <= 3; ++ticket) enter(ticket, 5);
  near.version = far.version = 5;
  EXPECT_THAT(look(), ElementsAre("answered 1", "answered 2", "answered 3"));
  EXPECT_EQ(listener->flushes, 1);
}

TEST_F(Barrier, R7_what_needs_nothing_new_does_not_wait) {
  near.version = far.version = 9;
  enter(1, 3);
  room.enter({listener, 2, now, {}});
  EXPECT_THAT(look(), ElementsAre("answered 1", "answered 2"));
}

TEST_F(Barrier, R7_a_target_that_is_down_holds_nobody) {
  near.version = 5;
  far.up = false;
  enter(1, 5);
  EXPECT_THAT(look(), ElementsAre("answered 1"));
  EXPECT_EQ(value(R"(weir_route_barrier_skipped_total{reason="down",target="far"})"), 1);
  far.up = true;
  enter(2, 6, true);
  near.version = 6;
  EXPECT_THAT(look(), IsEmpty());
  far.up = false;
  EXPECT_THAT(look(1ms), ElementsAre("answered 2")) << "also when it goes down meanwhile";
}

TEST_F(Barrier, R7_nobody_waits_longer_than_the_deadline) {
  near.version = 5;
  enter(1, 5);
  EXPECT_THAT(look(79ms), IsEmpty());
  EXPECT_THAT(look(1ms), ElementsAre("answered 1"));
  EXPECT_EQ(value(R"(weir_route_barrier_missed_total{outcome="answered",set="vpn"})"), 1);
}

TEST_F(Barrier, R7_past_the_deadline_a_set_may_prefer_a_failure) {
  enter(1, 5, true);
  room.enter({listener, 2, now, {{0, 0, 5, now + 500ms, false}, {1, 1, 5, now + 80ms, true}}});
  EXPECT_THAT(look(80ms), ElementsAre("refused 1", "refused 2"));
  EXPECT_EQ(value(R"(weir_route_barrier_missed_total{outcome="refused",set="vpn"})"), 1);
  EXPECT_EQ(value(R"(weir_route_barrier_missed_total{outcome="refused",set="other"})"), 1);
}

TEST_F(Barrier, R7_who_let_a_deadline_pass_is_passed_over_until_it_has_caught_up) {
  near.version = 100;
  enter(1, 5);
  EXPECT_THAT(look(80ms), ElementsAre("answered 1"));
  enter(2, 6);
  EXPECT_THAT(look(), ElementsAre("answered 2"));
  EXPECT_EQ(value(R"(weir_route_barrier_skipped_total{reason="behind",target="far"})"), 1);
  enter(3, 7, true);
  EXPECT_THAT(look(), IsEmpty()) << "who would rather fail waits for the proof each time";
  EXPECT_THAT(look(80ms), ElementsAre("refused 3"));
  far.version = 7;
  enter(4, 8);
  EXPECT_THAT(look(), IsEmpty()) << "it has caught up: it counts again";
  far.version = 8;
  EXPECT_THAT(look(1ms), ElementsAre("answered 4"));
}

TEST_F(Barrier, looks_are_frequent_at_first_and_never_far_apart) {
  enter(1, 5);
  EXPECT_EQ(room.pause(now), 50us);
  EXPECT_EQ(room.pause(now + 400us), 100us);
  EXPECT_EQ(room.pause(now + 60ms), 1ms);
}

}  // namespace
}  // namespace weir::route
