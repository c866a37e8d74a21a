// Counts forks, on the child's side.
#include "producer/fork_guard.h"

#include <pthread.h>

#include <mutex>

namespace weir::producer {

constinit std::atomic<uint32_t> ForkGuard::forks_{0};

ForkGuard::ForkGuard() : made_at_(forks_.load(std::memory_order_relaxed)) {
  static std::once_flag once;
  std::call_once(once, [] {
    pthread_atfork(nullptr, nullptr, [] { forks_.fetch_add(1, std::memory_order_relaxed); });
  });
}

}  // namespace weir::producer
