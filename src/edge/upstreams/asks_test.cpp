// The table of questions in flight, with an owner that only notes.
#include "edge/upstreams/asks.h"

#include <set>

#include "kit/upstream_bench.h"

namespace weir::edge::upstreams {
namespace {

struct Noting final : Asks::Owner {
  void on_due(Slot slot, Instant) override { due.push_back(slot); }
  void on_left(Lane lane) override { left.push_back(lane); }
  std::vector<Slot> due;
  std::vector<Lane> left;
};

struct AsksTest : Bench {
  AsksTest() {
    upstream_settings.address = "192.0.2.1";
    state = *make_upstream_state(upstream_settings, registry);
    asks.emplace(UpstreamContext{loop, clock, random, heard, *state, settings, 1}, owner);
  }
  Slot begin(AskToken token, Duration patience = 5s) {
    return asks->begin(token, kit::make_query("q.example."), clock.now() + patience);
  }
  Noting owner;
  std::optional<Asks> asks;
};

TEST_F(AsksTest, ids_on_a_lane_differ_while_they_are_in_use) {
  std::set<uint16_t> ids;
  for (AskToken token = 0; token < 20000; ++token) {
    const Slot slot = begin(token);
    ASSERT_TRUE(asks->place(slot, 3));
    ids.insert((*asks)[slot].id);
    EXPECT_EQ(load_u16((*asks)[slot].message().data()), (*asks)[slot].id);
  }
  EXPECT_EQ(ids.size(), 20000u);
  EXPECT_EQ(state->outstanding->value(), 20000);
}

TEST_F(AsksTest, an_id_counts_on_its_lane_only) {
  const Slot slot = begin(1);
  ASSERT_TRUE(asks->place(slot, 3));
  const Octets reply = kit::make_answer((*asks)[slot].message());
  EXPECT_FALSE(asks->match(2, reply));
  const auto match = asks->match(3, reply);
  ASSERT_TRUE(match);
  EXPECT_EQ(match->slot, slot);
  EXPECT_EQ(state->mismatches->value(), 1u);
}

TEST_F(AsksTest, parking_gives_the_id_back) {
  const Slot slot = begin(1);
  ASSERT_TRUE(asks->place(slot, 3));
  const Octets reply = kit::make_answer((*asks)[slot].message());
  asks->park(slot);
  EXPECT_EQ(owner.left, std::vector<Lane>{3});
  EXPECT_FALSE(asks->match(3, reply));
  asks->park(slot);
  EXPECT_EQ(owner.left.size(), 1u);
}

TEST_F(AsksTest, every_short_form_of_an_answer_is_refused) {
  const Slot slot = begin(1);
  ASSERT_TRUE(asks->place(slot, 0));
  const Octets reply = kit::make_answer((*asks)[slot].message());
  for (size_t size = 0; size < reply.size(); ++size) {
    EXPECT_FALSE(asks->match(0, Bytes(reply).first(size))) << size;
  }
  EXPECT_TRUE(asks->match(0, reply));
}

TEST_F(AsksTest, a_lane_keeps_its_order_when_questions_leave) {
  std::vector<Slot> slots;
  for (AskToken token = 0; token < 5; ++token) {
    slots.push_back(begin(token));
    ASSERT_TRUE(asks->place(slots.back(), 1));
  }
  asks->park(slots[4]);
  asks->park(slots[0]);
  asks->park(slots[2]);
  std::vector<Slot> out;
  asks->collect(1, out);
  EXPECT_EQ(out, (std::vector<Slot>{slots[1], slots[3]}));
}

TEST_F(AsksTest, what_is_due_is_told_once) {
  const Slot slot = begin(1, 20ms);
  asks->wake_at(slot, clock.now() + 5ms);
  ASSERT_TRUE(run_until([&] { return owner.due.size() == 1; }));
  asks->wake_at(slot, (*asks)[slot].deadline);
  ASSERT_TRUE(run_until([&] { return owner.due.size() == 2; }));
  EXPECT_GE(clock.now(), (*asks)[slot].deadline);
}

TEST_F(AsksTest, failing_twice_is_told_once) {
  const Slot slot = begin(1);
  asks->fail(slot, AskFailure::kReset);
  asks->fail(slot, AskFailure::kTimeout);
  EXPECT_EQ(heard.count(), 0u);
  ASSERT_TRUE(await(1));
  EXPECT_EQ(heard.failures.at(1), AskFailure::kReset);
  EXPECT_EQ(asks->size(), 0u);
}

TEST_F(AsksTest, a_token_may_come_again_after_its_end) {
  asks->fail(begin(1), AskFailure::kReset);
  EXPECT_TRUE(asks->cancel(1));
  EXPECT_FALSE(asks->cancel(1));
  const Slot slot = begin(1);
  ASSERT_TRUE(asks->place(slot, 0));
  asks->sent(slot, {}, clock.now());
  asks->answer(slot, kit::make_answer((*asks)[slot].message()), {}, clock.now());
  EXPECT_EQ(heard.replies.size(), 1u);
  bool later = false;
  loop.post([&] { later = true; });
  ASSERT_TRUE(run_until([&] { return later; }));
  EXPECT_TRUE(heard.failures.empty());
}

TEST_F(AsksTest, collects_by_lane) {
  const Slot parked = begin(1);
  const Slot placed = begin(2);
  ASSERT_TRUE(asks->place(placed, 4));
  std::vector<Slot> out;
  asks->collect_parked(out);
  EXPECT_EQ(out, std::vector<Slot>{parked});
  out.clear();
  asks->collect(4, out);
  EXPECT_EQ(out, std::vector<Slot>{placed});
  asks->collect(77, out);
  EXPECT_EQ(out.size(), 1u);
}

}  // namespace
}  // namespace weir::edge::upstreams
