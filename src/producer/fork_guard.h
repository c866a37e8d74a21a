// Tells a process that it is the child of the one that opened a producer, at the cost of a load.
#pragma once

#include <atomic>
#include <cstdint>

namespace weir::producer {

class ForkGuard {
 public:
  ForkGuard();
  bool is_child() const { return forks_.load(std::memory_order_relaxed) != made_at_; }

 private:
  static std::atomic<uint32_t> forks_;
  const uint32_t made_at_;
};

}  // namespace weir::producer
