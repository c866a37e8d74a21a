// What the tests of the transports share: an intake that answers by itself, on the test's own loop.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "edge/transports/factories.h"
#include "kit/dns_messages.h"
#include "kit/run_loop.h"

namespace weir::edge::transports {

/// Answers each query with its own octets, QR set, at once or when told.
class Echo final : public Intake {
 public:
  bool admits(const Endpoint&) override { return admit; }
  void on_wake() override {}
  void on_arrival(const Arrival& arrival) override {
    Query query;
    query.client = arrival.client;
    query.server = arrival.server;
    query.way_back = arrival.way_back;
    Octets octets(arrival.octets.begin(), arrival.octets.end());
    if (octets.size() > 2) octets[2] |= 0x80;
    octets.resize(std::max(octets.size(), answer_octets));
    arrived.push_back(octets);
    if (hold)
      held.emplace_back(query, octets);
    else
      arrival.way_back.transport->answer(query, octets);
  }
  void release() {
    for (const auto& [query, octets] : held) query.way_back.transport->answer(query, octets);
    held.clear();
  }

  bool admit = true;
  bool hold = false;
  size_t answer_octets = 0;
  std::vector<Octets> arrived;
  std::vector<std::pair<Query, Octets>> held;
};

struct TransportBench : ::testing::Test {
  TransportContext context() { return {loop, clock, intake, settings, statistics, limits, 1}; }
  bool run_until(const std::function<bool()>& condition, Duration patience = 5s) {
    return kit::run_until(loop, condition, patience);
  }

  io::Loop loop;
  SystemClock clock;
  Echo intake;
  EdgeSettings settings{.tcp = {.first_octet_timeout = 200ms,
                                .idle_timeout = 400ms,
                                .max_connections = 50,
                                .max_connections_per_client = 20,
                                .max_in_flight = 10}};
  ShardStatistics statistics;
  ClientLimits limits{settings.tcp, SystemRandom()};
};

}  // namespace weir::edge::transports
