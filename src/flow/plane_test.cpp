// Tests of the whole flow, from taps to sinks, with everything going wrong that can.
#include "flow/plane.h"

#include <gtest/gtest.h>

#include <atomic>
#include <random>
#include <thread>

#include "kit/observations.h"
#include "kit/temporary.h"

namespace weir::flow {
namespace {

/// Keeps a count of what was settled; fails at random in every way that a sink may, and is slow.
class UnreliableSink final : public Sink {
 public:
  UnreliableSink(std::atomic<uint64_t>& kept, unsigned seed, int troubles_in_hundred)
      : kept_(kept), random_(seed), troubles_(troubles_in_hundred) {}
  Status deliver(const model::Batch& batch) override {
    for (const auto& observation : batch.observations()) octets_ += observation.qname.size();
    if (trouble()) return undo(true);
    if (trouble() && trouble()) return undo(false);
    taken_ += batch.size();
    return Done{};
  }
  Status settle() override {
    if (trouble()) return undo(true);
    kept_ += std::exchange(taken_, 0);
    return Done{};
  }

 private:
  bool trouble() { return static_cast<int>(random_() % 100) < troubles_; }
  Error undo(bool retry) {
    taken_ = 0;
    return {Fault::kResource, "unreliable", retry};
  }
  std::atomic<uint64_t>& kept_;
  std::mt19937 random_;
  int troubles_;
  uint64_t taken_ = 0;
  uint64_t octets_ = 0;
};

FlowSettings without_store() {
  FlowSettings settings;
  settings.store_enabled = false;
  return settings;
}

struct Producers {
  static constexpr size_t kThreads = 4;
  static constexpr uint64_t kEach = 60'000;

  void start(Plane& plane) {
    for (size_t i = 0; i < kThreads; ++i)
      threads.emplace_back([&plane, i] {
        model::Tap& tap = plane.open_tap(i < 2 ? "edge" : "other", model::SourceKind::kEdge);
        std::mt19937 random(static_cast<unsigned>(i));
        const kit::Seen seen("www.example.org");
        for (uint64_t n = 0; n < kEach; ++n) {
          tap.record(seen.observation);
          if (random() % 97 == 0) tap.flush();
        }
        tap.flush();
      });
  }
  void join() {
    for (std::thread& thread : threads) thread.join();
  }
  std::vector<std::thread> threads;
};

void expect_balanced(const Account& account) {
  EXPECT_EQ(account.received, account.passed_on + account.dropped_total() + account.in_flight)
      << account.name;
  EXPECT_LE(account.in_flight, account.received) << account.name;
}

TEST(Plane, N01_the_ledger_balances_to_the_message_whatever_happens) {
  metrics::Registry registry;
  const SystemClock clock;
  FlowSettings settings = without_store();
  settings.batch = {.observations = 64, .octets = 16 << 10, .ring_batches = 8};
  auto plane = Plane::create(settings, registry, clock);
  ASSERT_TRUE(plane);
  std::array<std::atomic<uint64_t>, 3> kept{};
  const LaneSettings small{
      .queue_batches = 4, .group_batches = 3, .retry_base = 100us, .retry_most = 1ms};
  LaneSettings evicting = small;
  evicting.overflow = Overflow::kDropOldest;
  ASSERT_TRUE((*plane)->add_sink("good", std::make_unique<UnreliableSink>(kept[0], 1, 0), {}));
  ASSERT_TRUE(
      (*plane)->add_sink("newest", std::make_unique<UnreliableSink>(kept[1], 2, 20), small));
  ASSERT_TRUE(
      (*plane)->add_sink("oldest", std::make_unique<UnreliableSink>(kept[2], 3, 20), evicting));
  (*plane)->start();
  Producers producers;
  producers.start(**plane);
  std::atomic<bool> done{false};
  std::thread reader([&] {
    while (!done) {
      const PlaneReading reading = (*plane)->read();
      for (const Account& account : reading.sources) expect_balanced(account);
      for (const Account& account : reading.sinks) expect_balanced(account);
    }
  });
  producers.join();
  (*plane)->stop(30s);
  done = true;
  reader.join();

  const PlaneReading reading = (*plane)->read();
  uint64_t forwarded = 0;
  ASSERT_EQ(reading.sources.size(), 2U);
  for (const Account& source : reading.sources) {
    EXPECT_EQ(source.received, Producers::kEach * Producers::kThreads / 2);
    EXPECT_EQ(source.in_flight, 0U);
    forwarded += source.passed_on;
  }
  ASSERT_EQ(reading.sinks.size(), 3U);
  for (size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(reading.sinks[i].received, forwarded);
    EXPECT_EQ(reading.sinks[i].passed_on, kept[i].load()) << reading.sinks[i].name;
    EXPECT_EQ(reading.sinks[i].in_flight, 0U);
    EXPECT_EQ(reading.lanes[i].state, LaneState::kStopped);
  }
  EXPECT_GT(reading.sinks[1].dropped_total(), 0U);
}

TEST(Plane, sources_that_wait_lose_nothing_through_lanes_that_block) {
  metrics::Registry registry;
  const SystemClock clock;
  FlowSettings settings = without_store();
  settings.sources_wait = true;
  settings.batch = {.observations = 16, .ring_batches = 2};
  auto plane = Plane::create(settings, registry, clock);
  std::atomic<uint64_t> kept{0};
  ASSERT_TRUE((*plane)->add_sink("slow", std::make_unique<UnreliableSink>(kept, 1, 0),
                                 {.queue_batches = 1, .overflow = Overflow::kBlock}));
  (*plane)->start();
  Producers producers;
  producers.start(**plane);
  producers.join();
  (*plane)->stop(60s);
  EXPECT_EQ(kept.load(), Producers::kEach * Producers::kThreads);
}

TEST(Plane, a_lane_that_blocks_for_ever_does_not_keep_the_flow_from_ending) {
  metrics::Registry registry;
  const SystemClock clock;
  FlowSettings settings = without_store();
  settings.sources_wait = true;
  settings.batch = {.observations = 1, .ring_batches = 64};
  auto plane = Plane::create(settings, registry, clock);
  std::atomic<uint64_t> kept{0};
  ASSERT_TRUE(
      (*plane)->add_sink("stuck", std::make_unique<UnreliableSink>(kept, 1, 100),
                         {.queue_batches = 1, .overflow = Overflow::kBlock, .retry_base = 1ms}));
  (*plane)->start();
  model::Tap& tap = (*plane)->open_tap("file", model::SourceKind::kFile);
  const kit::Seen seen("example.org");
  for (int i = 0; i < 50; ++i) tap.record(seen.observation);
  tap.flush();
  (*plane)->stop(50ms);
  const PlaneReading reading = (*plane)->read();
  EXPECT_EQ(reading.sinks[0].dropped_total(), 50U);
  EXPECT_EQ(reading.sources[0].in_flight, 0U);
}

TEST(Plane, refuses_to_make_the_edge_wait) {
  metrics::Registry registry;
  const SystemClock clock;
  FlowSettings settings = without_store();
  settings.sinks.push_back(
      FileSinkSettings{.name = "lines", .path = "-", .lane = {.overflow = Overflow::kBlock}});
  const auto plane = Plane::create(settings, registry, clock);
  ASSERT_FALSE(plane);
  EXPECT_EQ(plane.error().fault, Fault::kConfig);
  EXPECT_NE(plane.error().what.find("lines"), std::string::npos);
}

TEST(Plane, refuses_two_sinks_of_one_name) {
  metrics::Registry registry;
  const SystemClock clock;
  FlowSettings settings = without_store();
  settings.sinks.push_back(FileSinkSettings{.name = "lines", .path = "-"});
  EXPECT_TRUE(Plane::create(settings, registry, clock));
  settings.sinks.push_back(FileSinkSettings{.name = "lines", .path = "-"});
  EXPECT_FALSE(Plane::create(settings, registry, clock));
}

/// Records from a thread of its own until it is stopped.
class RestlessSource final : public Source {
 public:
  explicit RestlessSource(SourceContext context) : context_(std::move(context)) {}
  void start() override {
    thread_ = std::thread([this] {
      model::Tap& tap = context_.open_tap();
      const kit::Seen seen("www.example.org");
      while (!ended_ || recorded_ < 1000) {
        tap.record(seen.observation);
        ++recorded_;
      }
      tap.flush();
    });
  }
  void stop() override {
    ended_ = true;
    thread_.join();
  }
  std::vector<std::string> complaints() const override { return {"cannot keep still"}; }

 private:
  const SourceContext context_;
  std::atomic<bool> ended_{false};
  uint64_t recorded_ = 0;
  std::thread thread_;
};

TEST(Plane, a_source_of_its_own_starts_and_ends_with_it) {
  metrics::Registry registry;
  const SystemClock clock;
  auto plane = Plane::create(without_store(), registry, clock);
  const auto make = [](SourceContext context) -> Result<std::unique_ptr<Source>> {
    return std::unique_ptr<Source>(std::make_unique<RestlessSource>(std::move(context)));
  };
  ASSERT_TRUE((*plane)->add_source("restless", model::SourceKind::kDnstap, make));
  EXPECT_FALSE((*plane)->add_source("restless", model::SourceKind::kDnstap, make));
  const auto refuse = [](SourceContext) -> Result<std::unique_ptr<Source>> {
    return Error{Fault::kConfig, "no such device", false};
  };
  const Status refused = (*plane)->add_source("other", model::SourceKind::kCapture, refuse);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().what, "source other: no such device");
  (*plane)->start();
  EXPECT_EQ((*plane)->complaints(), std::vector<std::string>{"source restless: cannot keep still"});
  (*plane)->stop(30s);
  const PlaneReading reading = (*plane)->read();
  ASSERT_EQ(reading.sources.size(), 1U);
  EXPECT_GE(reading.sources[0].received, 1000U);
  EXPECT_EQ(reading.sources[0].in_flight, 0U);
  for (const Dropped& dropped : reading.sources[0].dropped) EXPECT_NE(dropped.reason, "closed");
}

TEST(Plane, R11_every_sink_has_its_series) {
  metrics::Registry registry;
  const SystemClock clock;
  std::atomic<uint64_t> kept{0};
  {
    auto plane = Plane::create(without_store(), registry, clock);
    ASSERT_TRUE((*plane)->add_sink("good", std::make_unique<UnreliableSink>(kept, 1, 0), {}));
    (*plane)->start();
    model::Tap& tap = (*plane)->open_tap("edge", model::SourceKind::kEdge);
    const kit::Seen seen("example.org");
    tap.record(seen.observation);
    tap.flush();
    (*plane)->stop(30s);
  }
  const std::string page = registry.expose();
  for (const char* series :
       {"weir_pipeline_received_total{source=\"edge\"} 1",
        "weir_pipeline_forwarded_total{source=\"edge\"} 1",
        "weir_sink_delivered_total{sink=\"good\"} 1", "weir_sink_queue_depth{sink=\"good\"} 0",
        "weir_sink_lag_seconds{sink=\"good\"} 0",
        "weir_sink_state{sink=\"good\",state=\"stopped\"} 1",
        "weir_pipeline_dropped_total{reason=\"ring_full\",source=\"edge\",stage=\"tap\"} 0"})
    EXPECT_NE(page.find(series), std::string::npos) << series << "\n" << page;
}

TEST(Plane, the_store_holds_exactly_what_the_ledger_says) {
  const kit::TemporaryFolder folder;
  metrics::Registry registry;
  const SystemClock clock;
  FlowSettings settings;
  settings.store.path = folder / "queries.db";
  settings.store.retention.age = Duration::zero();
  auto plane = Plane::create(settings, registry, clock);
  ASSERT_TRUE(plane) << plane.error().what;
  (*plane)->start();
  Producers producers;
  producers.start(**plane);
  producers.join();
  (*plane)->stop(60s);
  const PlaneReading reading = (*plane)->read();
  EXPECT_EQ(reading.sinks[0].in_flight, 0U);
  auto reader = StoreReader::open((*plane)->store_path());
  ASSERT_TRUE(reader) << reader.error().what;
  EXPECT_EQ((*reader)->count().value_or(0), reading.sinks[0].passed_on);
  EXPECT_GT(reading.sinks[0].passed_on, 0U);
}

}  // namespace
}  // namespace weir::flow
