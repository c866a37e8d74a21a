// The whole query plane on real sockets: listeners, cache, an upstream on loopback, what is
// observed and what is counted.
#include "edge/plane.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <mutex>
#include <thread>

#include "io/udp_socket.h"
#include "kit/dns_messages.h"
#include "kit/dns_peer.h"
#include "kit/run_loop.h"

namespace weir::edge {
namespace {

using ::testing::HasSubstr;

/// Keeps the types of what is recorded, and the octets' sizes.
class Memory final : public model::Tap {
 public:
  void record(const model::Observation& seen) noexcept override {
    const std::lock_guard lock(mutex_);
    types_.push_back(seen.type);
    EXPECT_FALSE(seen.message().empty());
    EXPECT_TRUE(seen.query_time);
  }
  void flush() noexcept override {}
  size_t count(model::MessageType type) {
    const std::lock_guard lock(mutex_);
    return static_cast<size_t>(std::ranges::count(types_, type));
  }

 private:
  std::mutex mutex_;
  std::vector<model::MessageType> types_;
};

struct PlaneTest : ::testing::Test {
  PlaneTest() {
    settings.listen = {*Endpoint::parse("127.0.0.1:0"), *Endpoint::parse("[::1]:0")};
    settings.threads = 2;
    settings.allow = {*Prefix::parse("127.0.0.0/8"), *Prefix::parse("::1")};
    settings.query_timeout = 1800ms;
    settings.attempt_timeout = 900ms;
    settings.max_queries = 1000;
    settings.max_waiting = 100;
    settings.udp_payload = 1232;
    settings.tcp = {2s, 10s, 100, 100, 100};
    settings.cache = {4 << 20, 24h, 1h, 1s, 5min, 8192};
    settings.health = {1s, 1s, 1, 1, "a.root-servers.net."};
    UpstreamSettings upstream;
    upstream.name = "main";
    upstream.address = "udp://" + peer.local().to_text();
    upstream.max_connections = 4;
    upstream.max_in_flight = 100;
    upstream.idle_timeout = 10s;
    settings.upstreams = {upstream};
  }
  void start() {
    auto made =
        Plane::create(settings, registry, clock, [this](unsigned) -> model::Tap& { return tap; });
    ASSERT_TRUE(made.ok()) << made.error().what;
    plane = *std::move(made);
    plane->start();
  }
  /// The answer to one question over UDP, or nothing.
  std::optional<Octets> ask(const Octets& query, size_t listener = 0) {
    auto client = *io::UdpSocket::connect(plane->listeners()[listener], {});
    client.send(query);
    std::optional<Octets> answer;
    kit::run_until(loop, [&] {
      for (const io::Datagram& came : client.receive())
        answer.emplace(came.octets.begin(), came.octets.end());
      return answer.has_value();
    });
    return answer;
  }

  io::Loop loop;
  SystemClock clock;
  metrics::Registry registry;
  Memory tap;
  EdgeSettings settings;
  kit::DatagramPeer peer{loop, [](kit::DatagramPeer& self, const io::Datagram& query) {
                           self.send(query, kit::make_answer(query.octets));
                         }};
  std::unique_ptr<Plane> plane;
};

TEST_F(PlaneTest, P17_a_question_is_asked_once_and_then_answered_from_the_cache) {
  start();
  for (uint16_t id = 1; id <= 5; ++id) {
    const auto answer = ask(kit::query("www.example.org", dns::Type::kA, {id}), id % 2);
    ASSERT_TRUE(answer);
    const auto message = dns::Message::parse(*answer);
    EXPECT_EQ(message->header().id, id);
    EXPECT_EQ(message->header().counts[1], 1);
  }
  EXPECT_EQ(plane->cache_hits(), 4U);
  EXPECT_EQ(plane->cache_misses(), 1U);
  plane->stop(1s);
  EXPECT_EQ(tap.count(model::MessageType::kClientQuery), 5U);
  EXPECT_EQ(tap.count(model::MessageType::kClientResponse), 5U);
  EXPECT_EQ(tap.count(model::MessageType::kForwarderQuery), 1U);
  EXPECT_EQ(tap.count(model::MessageType::kForwarderResponse), 1U);
  const std::string series = registry.expose();
  EXPECT_THAT(series, HasSubstr("weir_queries_total{proto=\"udp\"} 5"));
  EXPECT_THAT(series, HasSubstr("weir_responses_total{rcode=\"NOERROR\",source=\"cache\"} 4"));
  EXPECT_THAT(series, HasSubstr("weir_cache_entries 1"));
  EXPECT_THAT(series, HasSubstr("weir_request_duration_seconds_count 5"));
}

TEST_F(PlaneTest, P14_it_is_ready_once_an_upstream_has_answered) {
  start();
  EXPECT_TRUE(kit::run_until(loop, [&] { return plane->ready(); }));
}

TEST_F(PlaneTest, a_listener_that_is_taken_is_an_error_that_says_which) {
  start();
  settings.listen = {plane->listeners()[0]};
  settings.threads = 1;
  const auto second =
      Plane::create(settings, registry, clock, [this](unsigned) -> model::Tap& { return tap; });
  ASSERT_FALSE(second.ok());
  EXPECT_THAT(second.error().what, HasSubstr(settings.listen[0].to_text()));
}

TEST_F(PlaneTest, settings_that_are_adopted_count_from_the_next_query_on) {
  start();
  ASSERT_TRUE(ask(kit::query("a.test")));
  settings.allow.clear();
  settings.refuse_with_rcode = true;
  plane->adopt(settings);
  // Each shard takes them over in its own time, one turn of its loop later.
  int refused = 0;
  for (int i = 0; i < 200 && refused < 20; ++i) {
    const auto answer = ask(kit::query("a.test"));
    ASSERT_TRUE(answer);
    refused += dns::Message::parse(*answer)->rcode() == dns::Rcode::kRefused ? 1 : 0;
  }
  EXPECT_EQ(refused, 20);
}

}  // namespace
}  // namespace weir::edge
