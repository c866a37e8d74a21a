// Dealing threads to shards, and adding the shards up.
#include "metrics/counter.h"

namespace weir::metrics {

size_t shard_of_this_thread() noexcept {
  static std::atomic<size_t> next{0};
  thread_local const size_t mine = next.fetch_add(1, std::memory_order_relaxed) % kShards;
  return mine;
}

uint64_t Counter::value() const noexcept {
  uint64_t sum = 0;
  for (const Cell& cell : cells_) sum += cell.value.load(std::memory_order_relaxed);
  return sum;
}

}  // namespace weir::metrics
