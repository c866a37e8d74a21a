// Histograms: one row of buckets and one sum for each shard of threads, added up by the reader.
#include "metrics/histogram.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cmath>
#include <limits>

#include "base/check.h"
#include "metrics/counter.h"

namespace weir::metrics {

struct Histogram::State {
  struct alignas(64) Shard {
    std::atomic<double> sum{0};
    std::unique_ptr<std::atomic<uint64_t>[]> buckets;  // one more than bounds
  };
  std::vector<double> bounds;
  std::array<Shard, kShards> shards;
};

Histogram::Histogram(std::span<const double> bounds) : state_(std::make_shared<State>()) {
  CHECK(!bounds.empty());
  CHECK(
      std::all_of(bounds.begin(), bounds.end(), [](double bound) { return std::isfinite(bound); }));
  CHECK(std::adjacent_find(bounds.begin(), bounds.end(), std::greater_equal<>()) == bounds.end());
  state_->bounds.assign(bounds.begin(), bounds.end());
  for (State::Shard& shard : state_->shards)
    shard.buckets = std::make_unique<std::atomic<uint64_t>[]>(bounds.size() + 1);
}

void Histogram::observe(double value) noexcept {
  if (std::isnan(value)) return;
  const auto& bounds = state_->bounds;
  const auto place = std::lower_bound(bounds.begin(), bounds.end(), value) - bounds.begin();
  State::Shard& shard = state_->shards[shard_of_this_thread()];
  shard.buckets[static_cast<size_t>(place)].fetch_add(1, std::memory_order_relaxed);
  shard.sum.fetch_add(value, std::memory_order_relaxed);
}

Histogram::Reading Histogram::read() const {
  Reading reading;
  reading.bounds = state_->bounds;
  reading.buckets.resize(reading.bounds.size() + 1);
  for (const State::Shard& shard : state_->shards) {
    for (size_t i = 0; i < reading.buckets.size(); ++i)
      reading.buckets[i] += shard.buckets[i].load(std::memory_order_relaxed);
    reading.sum += shard.sum.load(std::memory_order_relaxed);
  }
  for (const uint64_t bucket : reading.buckets) reading.count += bucket;
  return reading;
}

double Histogram::Reading::quantile(double fraction) const {
  if (count == 0) return std::numeric_limits<double>::quiet_NaN();
  const double rank = std::clamp(fraction, 0.0, 1.0) * static_cast<double>(count);
  double below = 0;
  for (size_t i = 0; i < bounds.size(); ++i) {
    const auto inside = static_cast<double>(buckets[i]);
    if (inside > 0 && below + inside >= rank) {
      const double low = i > 0 ? bounds[i - 1] : std::min(0.0, bounds[0]);
      return low + (bounds[i] - low) * ((rank - below) / inside);
    }
    below += inside;
  }
  return bounds.back();
}

void Histogram::Reading::merge(const Reading& other) {
  CHECK(bounds == other.bounds);
  for (size_t i = 0; i < buckets.size(); ++i) buckets[i] += other.buckets[i];
  sum += other.sum;
  count += other.count;
}

std::span<const double> latency_bounds() {
  static constexpr std::array kBounds = {0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025,
                                         0.05,   0.1,     0.25,   0.5,   1.0,    2.5,   5.0,  10.0};
  return kBounds;
}

}  // namespace weir::metrics
