// One thread of the query plane: its loop, its sockets, its resolver and its connections to
// upstreams. Queries come in through `on_arrival`; every answer leaves through `settle`, and
// nowhere else.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "base/random.h"
#include "edge/catalogue.h"
#include "edge/failover/health.h"
#include "edge/resolver.h"
#include "edge/settings.h"
#include "edge/statistics.h"
#include "edge/transport.h"
#include "edge/turn_clock.h"
#include "io/loop.h"
#include "model/barrier.h"
#include "model/tap.h"

namespace weir::edge {

/// What all shards share. It outlives them.
struct ShardContext {
  const EdgeSettings& settings;
  const Clock& clock;
  AnswerCache& cache;
  ClientLimits& client_limits;
  std::span<const std::unique_ptr<UpstreamState>> upstreams;
  metrics::Histogram& latency;  // seconds from question to answer
  unsigned shards = 1;
};

class Shard final : public Intake, public UpstreamEvents {
 public:
  Shard(const ShardContext& context, unsigned index, model::Tap& tap);
  ~Shard() override;

  /// Answers leave when `barrier` lets them; before `open`.
  void hold_at(std::unique_ptr<model::Barrier> barrier);
  void on_release(const model::Release& release);
  io::Loop& loop() { return loop_; }

  /// Binds the listeners and makes the upstreams; the first error stops it.
  Status open();
  /// The thread's whole life: returns after `stop`.
  void run();
  /// From any thread: takes no new queries; `on_idle` is called on the shard's thread once nothing
  /// is in flight.
  void drain(std::function<void()> on_idle);
  void stop() { loop_.stop(); }
  /// From any thread: fetches anew what the cache has of these questions, those of `indices`.
  void refresh(std::shared_ptr<const std::vector<model::RefreshQuestion>> questions,
               std::vector<size_t> indices, std::shared_ptr<const model::Refresher::Told> told);
  /// From any thread: the new settings count from the next query on.
  void adopt(std::shared_ptr<const EdgeSettings> settings);

  const ShardStatistics& statistics() const { return statistics_; }
  const Resolver& resolver() const { return resolver_; }
  std::vector<Endpoint> listeners() const;

  // Intake
  bool admits(const Endpoint& client) override;
  void on_wake() override { clock_.refresh(); }
  void on_arrival(const Arrival& arrival) override;
  // UpstreamEvents
  void on_sent(AskToken token, Bytes message, const Endpoint& server) override;
  void on_reply(AskToken token, Bytes message, const Endpoint& server) override;
  void on_failure(AskToken token, AskFailure failure) override;

 private:
  /// Does what the resolver decided. `query` is the one that came, if one came.
  void perform(const Step& step, const Query* query);
  void settle(const Query& query, const Reply& reply);
  void settle_all(const Settle& settled);
  void ask(const Ask& question);
  void refresh(const model::RefreshQuestion& question, Watcher watcher);

  void observe_query(const Query& query, Bytes octets, const dns::Malformed& malformed);
  void observe_reply(const Query& query, const Reply& reply, WallTime now);
  void observe_forward(model::MessageType type, AskToken token, Bytes message,
                       const Endpoint& server);
  void log_payload(std::string_view what, const Endpoint& peer, Bytes octets) const;
  Status check_upstreams();
  void flush_soon();
  void tick();
  void finish_draining();

  ShardContext context_;
  unsigned index_;
  model::Tap& tap_;
  bool debug_payloads_;
  TurnClock clock_;
  io::Loop loop_;
  io::Timer ticker_;
  SystemRandom random_;
  ShardStatistics statistics_;
  std::unique_ptr<model::Barrier> barrier_;  // null: nothing holds answers
  Resolver resolver_;
  std::vector<std::unique_ptr<Upstream>> upstreams_;
  std::vector<std::unique_ptr<Transport>> transports_;
  std::unique_ptr<HealthChecks> health_;  // on the first shard only
  Query query_;                           // the one being handled
  bool flush_pending_ = false;
  bool draining_ = false;
  std::function<void()> on_idle_;
};

}  // namespace weir::edge
