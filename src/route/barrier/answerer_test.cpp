// Tests of the way of an answer to the plane and back, over two loops.
#include "route/barrier/answerer.h"

#include <gtest/gtest.h>

#include <thread>

#include "kit/dns_messages.h"
#include "kit/dns_peer.h"
#include "kit/run_loop.h"
#include "names/reader.h"

namespace weir::route {
namespace {

struct AnswererTest : testing::Test {
  AnswererTest() {
    settings.sets.resize(2);
    settings.sets[1].barrier_deadline = Duration{};
    settings.most_waiting = 3;
    state.overflows = &registry.counter("weir_overflows_total", "Of the test.");
    const names::Reading held = names::read_list("held.example");
    const names::Reading free = names::read_list("free.example");
    matcher.publish(*names::Matcher::compile({{0, &held.list}, {1, &free.list}}, 7));
  }
  ~AnswererTest() override {
    plane.stop();
    if (thread.joinable()) thread.join();
  }
  std::unique_ptr<Answerer> make() {
    return std::make_unique<Answerer>(
        Answerer::Context{settings, matcher, state, clock,
                          [this](std::vector<HeldAnswer> answers) {
                            plane.post([this, held = std::make_shared<std::vector<HeldAnswer>>(
                                                  std::move(answers))] { decide(*held); });
                          }},
        loop, [this](const model::Release& each) { released.push_back(each.ticket); });
  }
  /// The plane: lets all go at once, in one turn.
  void decide(const std::vector<HeldAnswer>& answers) {
    ++turns;
    for (const HeldAnswer& each : answers) each.asker->let_go({each.ticket, false, {}});
    answers.front().asker->flush();
  }
  static Octets answer(std::string_view name) {
    return kit::make_answer(kit::query(name, dns::Type::kA, {1}));
  }

  metrics::Registry registry;
  RouteSettings settings;
  Snapshot<names::Matcher> matcher;
  BarrierState state;
  SystemClock clock;
  io::Loop loop;
  io::Loop plane;
  std::thread thread;
  std::vector<uint64_t> released;
  std::atomic<int> turns{0};
};

TEST_F(AnswererTest, R7_only_answers_that_a_set_wants_to_hold_are_held) {
  const auto answerer = make();
  EXPECT_TRUE(answerer->passes(1, answer("www.example.org")));
  EXPECT_TRUE(answerer->passes(2, answer("www.free.example"))) << "its set has no deadline";
  EXPECT_TRUE(answerer->passes(3, kit::query("www.held.example", dns::Type::kA, {1})));
  EXPECT_FALSE(answerer->passes(4, answer("WWW.held.example")));
  EXPECT_EQ(state.waiting, 1u);
}

TEST_F(AnswererTest, R7_a_turn_of_answers_goes_over_together_and_no_more_than_may_wait) {
  thread = std::thread([this] { plane.run(); });
  const auto answerer = make();
  for (uint64_t ticket = 1; ticket <= 3; ++ticket)
    EXPECT_FALSE(answerer->passes(ticket, answer("a.held.example")));
  EXPECT_TRUE(answerer->passes(4, answer("a.held.example")));
  EXPECT_EQ(state.overflows->value(), 1u);
  ASSERT_TRUE(kit::run_until(loop, [&] { return released.size() == 3; }));
  EXPECT_EQ(released, (std::vector<uint64_t>{1, 2, 3}));
  EXPECT_EQ(turns, 1);
  EXPECT_EQ(state.waiting, 0u);
  EXPECT_FALSE(answerer->passes(5, answer("a.held.example")));
  ASSERT_TRUE(kit::run_until(loop, [&] { return released.size() == 4; }));
}

TEST_F(AnswererTest, what_is_decided_after_the_end_reaches_nobody) {
  std::vector<HeldAnswer> kept;
  auto answerer = std::make_unique<Answerer>(
      Answerer::Context{settings, matcher, state, clock,
                        [&](std::vector<HeldAnswer> answers) { kept = std::move(answers); }},
      loop, [this](const model::Release& each) { released.push_back(each.ticket); });
  EXPECT_FALSE(answerer->passes(1, answer("a.held.example")));
  ASSERT_TRUE(kit::run_until(loop, [&] { return !kept.empty(); }));
  answerer.reset();
  decide(kept);
  ASSERT_TRUE(kit::run_until(loop, [&] { return state.waiting == 0; }));
  EXPECT_TRUE(released.empty());
}

}  // namespace
}  // namespace weir::route
