// The door of the query plane: what the program starts, stops, reloads and asks about.
#pragma once

#include <functional>
#include <memory>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "edge/cache/cache.h"
#include "edge/client_limits.h"
#include "edge/settings.h"
#include "edge/upstream.h"
#include "io/loop.h"
#include "metrics/metrics.h"
#include "model/barrier.h"
#include "model/refresher.h"
#include "model/tap.h"

namespace weir::edge {

class Shard;

class Plane final : public model::Refresher {
 public:
  /// Gives the tap of a shard; called once a shard, before its thread runs.
  using OpenTap = std::function<model::Tap&(unsigned shard)>;

  /// Gives what answers of a shard wait for, once a shard as well; `on_release` is called on
  /// `loop`.
  using OnRelease = std::function<void(const model::Release&)>;
  using OpenBarrier =
      std::function<std::unique_ptr<model::Barrier>(io::Loop& loop, OnRelease on_release)>;

  /// Makes shards and binds their listeners. Nothing is answered before `start`. Without
  /// `open_barrier` no answer waits.
  static Result<std::unique_ptr<Plane>> create(const EdgeSettings& settings,
                                               metrics::Registry& registry, const Clock& clock,
                                               const OpenTap& open_tap,
                                               const OpenBarrier& open_barrier = {});
  ~Plane() override;

  void start();
  /// Takes no new queries, waits until those in flight are answered (at most `patience`), ends.
  void stop(Duration patience);
  /// New settings for everything that may change while running; the caller has made sure that the
  /// rest is as it was.
  void adopt(const EdgeSettings& settings);

  /// Each question goes to one shard, as those of clients do; not at all once `stop` was called.
  void refresh(std::vector<model::RefreshQuestion> questions, Told told) override;

  /// True when an upstream is up and has proved that it answers.
  bool ready() const;
  std::span<const std::unique_ptr<UpstreamState>> upstreams() const { return upstreams_; }
  AnswerCache::Statistics cache_statistics() const { return cache_.statistics(); }
  uint64_t cache_hits() const;
  uint64_t cache_misses() const;
  /// Where clients are answered, each address once; ports are the real ones.
  std::vector<Endpoint> listeners() const;

 private:
  Plane(const EdgeSettings& settings, metrics::Registry& registry, const Clock& clock);
  void register_metrics(metrics::Registry& registry);
  uint64_t sum(const std::function<uint64_t(const Shard&)>& count) const;

  EdgeSettings settings_;  // as they were at the start; every shard refers to them
  const Clock& clock_;
  AnswerCache cache_;
  ClientLimits client_limits_;
  std::vector<std::unique_ptr<UpstreamState>> upstreams_;
  metrics::Histogram* latency_ = nullptr;
  std::vector<std::unique_ptr<Shard>> shards_;
  std::vector<std::thread> threads_;
};

}  // namespace weir::edge
