// The judgement of health checks in virtual time, and their way from question to published state.
#include "edge/failover/health.h"

#include <gtest/gtest.h>

#include "kit/run_loop.h"
#include "proto/dns/message.h"

namespace weir::edge {
namespace {

using Change = HealthCheck::Change;

HealthSettings settings(unsigned max_failures = 1, unsigned rise = 1) {
  return {1s, 1s, max_failures, rise, "a.root-servers.net."};
}

TEST(HealthCheck, W04_one_failure_is_down_and_one_success_is_up) {
  HealthCheck check(settings(), Instant(0s));
  EXPECT_TRUE(check.is_up());
  EXPECT_EQ(check.failed(), Change::kDown);
  EXPECT_EQ(check.failed(), Change::kNone);
  EXPECT_EQ(check.passed(), Change::kUp);
  EXPECT_EQ(check.passed(), Change::kNone);
}

TEST(HealthCheck, only_results_in_a_row_count) {
  HealthCheck check(settings(3, 2), Instant(0s));
  EXPECT_EQ(check.failed(), Change::kNone);
  EXPECT_EQ(check.failed(), Change::kNone);
  EXPECT_EQ(check.passed(), Change::kNone);
  EXPECT_EQ(check.failed(), Change::kNone);
  EXPECT_EQ(check.failed(), Change::kNone);
  EXPECT_EQ(check.failed(), Change::kDown);
  EXPECT_EQ(check.passed(), Change::kNone);
  EXPECT_EQ(check.failed(), Change::kNone);
  EXPECT_EQ(check.passed(), Change::kNone);
  EXPECT_EQ(check.passed(), Change::kUp);
}

TEST(HealthCheck, asks_once_a_period_and_never_twice_at_a_time) {
  HealthCheck check(settings(), Instant(0s));
  EXPECT_EQ(check.due(), Instant(0s));
  check.sent(Instant(0s));
  EXPECT_EQ(check.due(), std::nullopt);
  check.passed();
  EXPECT_EQ(check.due(), Instant(1s));
  check.sent(Instant(1s));
  check.failed();
  EXPECT_EQ(check.due(), Instant(2s));
  check.sent(Instant(60s));  // the machine slept: no burst to catch up
  check.skipped();
  EXPECT_EQ(check.due(), Instant(60s));
}

/// An upstream that only notes what it is asked.
struct Noting final : Upstream {
  void ask(AskToken token, Bytes query, Instant deadline) override {
    tokens.push_back(token);
    last.assign(query.begin(), query.end());
    until = deadline;
  }
  void cancel(AskToken) override {}
  std::vector<AskToken> tokens;
  Octets last;
  Instant until;
};

struct HealthChecksTest : ::testing::Test {
  HealthChecksTest() {
    UpstreamSettings upstream;
    upstream.address = "192.0.2.1";
    state = *make_upstream_state(upstream, registry);
    HealthSettings quick = settings();
    quick.interval = 5ms;
    checks = *HealthChecks::start(loop, clock, quick, {{*state, noting}});
  }
  Octets reply(uint8_t rcode) {
    Octets message = noting.last;
    message[2] |= 0x80;
    message[3] = static_cast<uint8_t>(message[3] | rcode);
    return message;
  }
  void await_check(size_t number) {
    ASSERT_TRUE(kit::run_until(loop, [&] { return noting.tokens.size() >= number; }));
  }
  io::Loop loop;
  SystemClock clock;
  metrics::Registry registry;
  std::unique_ptr<UpstreamState> state;
  Noting noting;
  std::unique_ptr<HealthChecks> checks;
};

TEST_F(HealthChecksTest, ask_for_an_address_with_a_token_of_their_own) {
  ASSERT_EQ(noting.tokens.size(), 1u);
  EXPECT_TRUE(is_probe(noting.tokens[0]));
  const auto message = dns::Message::parse(noting.last);
  ASSERT_TRUE(message.ok());
  EXPECT_EQ(message->question()->name.expand().to_text(), "a.root-servers.net.");
  EXPECT_EQ(message->question()->type, dns::Type::kA);
  EXPECT_LE(noting.until, clock.now() + 1s);
}

TEST_F(HealthChecksTest, any_answer_but_servfail_proves_the_upstream) {
  checks->on_reply(noting.tokens[0], reply(5));
  EXPECT_TRUE(state->proven);
  EXPECT_TRUE(state->up);
  await_check(2);
  checks->on_reply(noting.tokens[1], reply(2));
  EXPECT_FALSE(state->up);
  EXPECT_EQ(state->up_gauge->value(), 0);
  EXPECT_EQ(state->health_failures->value(), 1u);
  await_check(3);
  checks->on_reply(noting.tokens[2], reply(3));
  EXPECT_TRUE(state->up);
  EXPECT_EQ(state->up_gauge->value(), 1);
}

TEST_F(HealthChecksTest, silence_is_down_and_our_own_overload_is_nothing) {
  checks->on_failure(noting.tokens[0], AskFailure::kOverload);
  EXPECT_TRUE(state->up);
  await_check(2);
  checks->on_failure(noting.tokens[1], AskFailure::kTimeout);
  EXPECT_FALSE(state->up);
  EXPECT_FALSE(state->proven);
}

TEST_F(HealthChecksTest, a_result_of_an_older_check_counts_for_nothing) {
  const AskToken old = noting.tokens[0];
  checks->on_reply(old, reply(0));
  await_check(2);
  checks->on_failure(old, AskFailure::kTimeout);
  EXPECT_TRUE(state->up);
}

TEST(HealthChecks, a_name_that_is_none_is_the_operators_error) {
  io::Loop loop;
  SystemClock clock;
  HealthSettings wrong = settings();
  wrong.qname = "a..b";
  const auto checks = HealthChecks::start(loop, clock, wrong, {});
  ASSERT_FALSE(checks.ok());
  EXPECT_EQ(checks.error().fault, Fault::kConfig);
}

}  // namespace
}  // namespace weir::edge
