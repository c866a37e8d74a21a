// What the tests of the upstream plug-ins share: one upstream on a loop, and all that it said.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <string>

#include "edge/catalogue.h"
#include "kit/dns_peer.h"
#include "kit/run_loop.h"

namespace weir::edge::upstreams {

struct Heard final : UpstreamEvents {
  std::map<AskToken, Octets> replies;
  std::map<AskToken, AskFailure> failures;
  std::map<AskToken, std::vector<Endpoint>> sent;  // where to, each time
  std::function<void(AskToken)> then;
  bool inside_ask = false;

  size_t count() const { return replies.size() + failures.size(); }
  void on_sent(AskToken token, Bytes message, const Endpoint& server) override {
    sent[token].push_back(server);
    EXPECT_TRUE(dns::Message::parse(message).ok());
  }
  void on_reply(AskToken token, Bytes message, const Endpoint& server) override {
    note(token);
    EXPECT_EQ(server, sent.at(token).back());
    replies[token].assign(message.begin(), message.end());
    if (then) then(token);
  }
  void on_failure(AskToken token, AskFailure failure) override {
    note(token);
    failures[token] = failure;
    if (then) then(token);
  }
  void note(AskToken token) {
    EXPECT_FALSE(inside_ask) << "an event came from inside ask";
    EXPECT_FALSE(replies.contains(token) || failures.contains(token)) << token << " twice";
  }
};

/// One upstream and its surroundings.
struct Bench : ::testing::Test {
  io::Loop loop;
  SystemClock clock;
  SystemRandom random;
  metrics::Registry registry;
  Heard heard;
  EdgeSettings settings;
  UpstreamSettings upstream_settings{
      .max_connections = 4, .max_in_flight = 1000, .idle_timeout = 10s, .prewarm = false};
  std::unique_ptr<UpstreamState> state;
  std::unique_ptr<Upstream> upstream;

  Status open(const std::string& address, unsigned shards = 1) {
    upstream.reset();
    upstream_settings.address = address;
    TRY(state, make_upstream_state(upstream_settings, registry));
    const UpstreamContext context{loop, clock, random, heard, *state, settings, shards};
    TRY(upstream, make_upstream(context));
    return Done{};
  }
  void ask(AskToken token, Duration patience = 5s, std::string name = {}) {
    if (name.empty()) name = "q" + std::to_string(token) + ".example.";
    heard.inside_ask = true;
    upstream->ask(token, kit::make_query(name), clock.now() + patience);
    heard.inside_ask = false;
  }
  void ask_many(AskToken from, AskToken to, Duration patience = 5s) {
    for (AskToken token = from; token < to; ++token) ask(token, patience);
  }
  bool run_until(const std::function<bool()>& condition, Duration patience = 10s) {
    return kit::run_until(loop, condition, patience);
  }
  bool await(size_t events) {
    return run_until([this, events] { return heard.count() >= events; });
  }
  uint64_t failed(AskFailure cause) const {
    return state->failures[static_cast<size_t>(cause)]->value();
  }
};

}  // namespace weir::edge::upstreams
