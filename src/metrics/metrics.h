// Counters, gauges and histograms, declared next to the code they count and exposed in the Prometheus
// text format. Each writer thread has a shard of its own, so counting is one plain add.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir::metrics {

using Labels = std::vector<std::pair<std::string, std::string>>;

/// A sum that only grows. `add` is wait-free and cheap from any thread (relaxed, on a cache line of
/// the calling thread's shard).
class Counter {
 public:
  static constexpr size_t kShards = 8;
  void add(uint64_t by = 1) noexcept {
    cells_[shard()].value.fetch_add(by, std::memory_order_relaxed);
  }
  uint64_t value() const noexcept;

 private:
  struct alignas(64) Cell {
    std::atomic<uint64_t> value{0};
  };
  static size_t shard() noexcept;
  std::array<Cell, kShards> cells_;
};

class Gauge {
 public:
  void set(double value) noexcept { value_.store(value, std::memory_order_relaxed); }
  void add(double by) noexcept { value_.fetch_add(by, std::memory_order_relaxed); }
  double value() const noexcept { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<double> value_{0};
};

/// Counts by upper bound. Bounds are given once, ascending.
class Histogram {
 public:
  explicit Histogram(std::span<const double> bounds);
  void observe(double value) noexcept;
  struct Reading {
    std::vector<double> bounds;      // without +Inf
    std::vector<uint64_t> buckets;   // not cumulative; the last is above every bound
    double sum = 0;
    uint64_t count = 0;
  };
  Reading read() const;
  /// The value below which `fraction` of the observations lie, interpolated within its bucket.
  double quantile(double fraction) const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

/// Seconds, 100 µs to 10 s: for latencies of DNS.
std::span<const double> latency_bounds();

/// All series of the process. References stay valid as long as the registry.
class Registry {
 public:
  Registry();
  ~Registry();
  /// Finds or makes a series. Names follow Prometheus: `weir_…_total` for counters; `help` is one
  /// sentence. Asking again with the same name and labels gives the same series.
  Counter& counter(std::string_view name, std::string_view help, Labels labels = {});
  Gauge& gauge(std::string_view name, std::string_view help, Labels labels = {});
  Histogram& histogram(std::string_view name, std::string_view help,
                       std::span<const double> bounds, Labels labels = {});
  /// A series whose value is read when it is asked for. `counter` says which type is exposed.
  void callback(std::string_view name, std::string_view help, Labels labels, bool counter,
                std::function<double()> value);
  /// The same series under another name (the names of systems that weir replaces).
  void alias(std::string_view alias, std::string_view help, std::string_view name, Labels labels = {});
  /// Prometheus text format 0.0.4, families in name order, HELP and TYPE once each, labels escaped.
  std::string expose() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace weir::metrics
