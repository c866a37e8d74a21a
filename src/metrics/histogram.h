// Observations counted by size, for latencies and lengths: buckets, a sum, and quantiles read off
// them.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace weir::metrics {

/// Counts by upper bound. Bounds are given once, finite and ascending. Copies share their counts.
class Histogram {
 public:
  explicit Histogram(std::span<const double> bounds);
  /// Counts a value in the first bucket whose bound is not below it. NaN is not counted.
  void observe(double value) noexcept;

  struct Reading {
    std::vector<double> bounds;     // without +Inf
    std::vector<uint64_t> buckets;  // not cumulative; the last is above every bound
    double sum = 0;
    uint64_t count = 0;  // of all buckets

    /// The value below which `fraction` of the observations lie, interpolated within its bucket;
    /// NaN when there are none, the greatest bound when it lies above every bound.
    double quantile(double fraction) const;
    /// Adds a reading with the same bounds.
    void merge(const Reading& other);
  };
  Reading read() const;
  double quantile(double fraction) const { return read().quantile(fraction); }

 private:
  struct State;
  std::shared_ptr<State> state_;
};

/// Seconds, 100 µs to 10 s: for latencies of DNS.
std::span<const double> latency_bounds();

}  // namespace weir::metrics
