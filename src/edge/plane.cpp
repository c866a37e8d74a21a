// Starts and stops the shards, and adds up what they count.
#include "edge/plane.h"

#include <algorithm>
#include <array>
#include <condition_variable>
#include <mutex>

#include "base/log.h"
#include "base/random.h"
#include "edge/shard.h"

namespace weir::edge {

Plane::Plane(const EdgeSettings& settings, metrics::Registry& registry, const Clock& clock)
    : settings_(settings),
      clock_(clock),
      cache_(settings.cache, SystemRandom().next()),
      client_limits_(settings.tcp, SystemRandom()),
      latency_(&registry.histogram("weir_request_duration_seconds",
                                   "Time from a client's question to our answer.",
                                   metrics::latency_bounds())) {}

Plane::~Plane() { stop(Duration::zero()); }

Result<std::unique_ptr<Plane>> Plane::create(const EdgeSettings& settings,
                                             metrics::Registry& registry, const Clock& clock,
                                             const OpenTap& open_tap,
                                             const OpenBarrier& open_barrier) {
  std::unique_ptr<Plane> plane(new Plane(settings, registry, clock));
  for (const UpstreamSettings& upstream : settings.upstreams) {
    TRY(auto state, make_upstream_state(upstream, registry));
    plane->upstreams_.push_back(std::move(state));
  }
  const unsigned count =
      settings.threads > 0 ? settings.threads : std::max(1U, std::thread::hardware_concurrency());
  for (unsigned i = 0; i < count; ++i) {
    const ShardContext context{
        plane->settings_, clock, plane->cache_, plane->client_limits_, plane->upstreams_,
        *plane->latency_, count};
    auto shard = std::make_unique<Shard>(context, i, open_tap(i));
    if (open_barrier)
      shard->hold_at(open_barrier(shard->loop(), [raw = shard.get()](const model::Release& each) {
        raw->on_release(each);
      }));
    TRY_DONE(shard->open());
    if (i == 0) {  // ports that the kernel chose are the same for every shard
      std::vector<Endpoint>& listen = plane->settings_.listen;
      for (size_t k = 0; k < listen.size(); ++k) listen[k] = shard->listeners()[2 * k];
    }
    plane->shards_.push_back(std::move(shard));
  }
  plane->register_metrics(registry);
  return plane;
}

void Plane::start() {
  for (const auto& shard : shards_) threads_.emplace_back([&shard] { shard->run(); });
}

void Plane::stop(Duration patience) {
  if (threads_.empty()) return;
  std::mutex mutex;
  std::condition_variable idle;
  size_t busy = shards_.size();
  for (const auto& shard : shards_)
    shard->drain([&] {
      const std::lock_guard lock(mutex);
      --busy;
      idle.notify_one();
    });
  {
    std::unique_lock lock(mutex);
    if (!idle.wait_for(lock, patience, [&] { return busy == 0; }) && patience.count() > 0)
      log::warning("some queries were not answered before the end");
  }
  for (const auto& shard : shards_) shard->stop();
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

void Plane::adopt(const EdgeSettings& settings) {
  auto next = std::make_shared<EdgeSettings>(settings);
  next->listen = settings_.listen;
  for (const auto& shard : shards_) shard->adopt(next);
}

void Plane::refresh(std::vector<model::RefreshQuestion> questions, Told told) {
  const auto shared_told = std::make_shared<const Told>(std::move(told));
  const auto shared =
      std::make_shared<const std::vector<model::RefreshQuestion>>(std::move(questions));
  std::vector<std::vector<size_t>> shares(shards_.size());
  for (size_t i = 0; i < shared->size(); ++i) shares[i % shards_.size()].push_back(i);
  for (size_t i = 0; i < shards_.size(); ++i)
    if (!shares[i].empty()) shards_[i]->refresh(shared, std::move(shares[i]), shared_told);
}

bool Plane::ready() const {
  return std::ranges::any_of(upstreams_, [](const auto& upstream) {
    return upstream->up.load(std::memory_order_relaxed) &&
           upstream->proven.load(std::memory_order_relaxed);
  });
}

std::vector<Endpoint> Plane::listeners() const { return settings_.listen; }

uint64_t Plane::sum(const std::function<uint64_t(const Shard&)>& count) const {
  uint64_t total = 0;
  for (const auto& shard : shards_) total += count(*shard);
  return total;
}

uint64_t Plane::cache_hits() const {
  return sum([](const Shard& shard) { return shard.statistics().cache_hits.value(); });
}

uint64_t Plane::cache_misses() const {
  return sum([](const Shard& shard) { return shard.statistics().cache_misses.value(); });
}

}  // namespace weir::edge
