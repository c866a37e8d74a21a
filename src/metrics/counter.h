// Sums and levels. Writers never wait for each other: a Counter has a cache line for each of a few
// groups of threads, a LocalCounter belongs to one thread, and readers add up what they find.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace weir::metrics {

/// How many cache lines a shared counter has. Threads are dealt to them in turn.
inline constexpr size_t kShards = 8;
/// The calling thread's place among the shards: the same for the life of the thread.
size_t shard_of_this_thread() noexcept;

/// A sum that only grows. `add` is wait-free and cheap from any thread (relaxed, on a cache line of
/// the calling thread's shard).
class Counter {
 public:
  void add(uint64_t by = 1) noexcept {
    cells_[shard_of_this_thread()].value.fetch_add(by, std::memory_order_relaxed);
  }
  uint64_t value() const noexcept;

 private:
  struct alignas(64) Cell {
    std::atomic<uint64_t> value{0};
  };
  std::array<Cell, kShards> cells_;
};

/// A sum with one writing thread, for hot paths: adding is a plain load and store. Any thread may
/// read. The owner exposes it with Registry::callback; callbacks of equal labels are added up
/// there.
class LocalCounter {
 public:
  void add(uint64_t by = 1) noexcept {
    value_.store(value_.load(std::memory_order_relaxed) + by, std::memory_order_relaxed);
  }
  uint64_t value() const noexcept { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<uint64_t> value_{0};
};

/// A level that rises and falls.
class Gauge {
 public:
  void set(double value) noexcept { value_.store(value, std::memory_order_relaxed); }
  void add(double by) noexcept { value_.fetch_add(by, std::memory_order_relaxed); }
  double value() const noexcept { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<double> value_{0};
};

}  // namespace weir::metrics
