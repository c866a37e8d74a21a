// The rings of one producer: one for each thread that calls, found by the thread without a lock,
// given back when it ends, and added up.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "producer/ring.h"

namespace weir::producer {

/// What became of all messages: produced = sent + dropped + queued.
struct Totals {
  uint64_t produced = 0;
  uint64_t sent = 0;
  uint64_t queued = 0;
  std::array<uint64_t, tap::kOutcomes> dropped{};
  size_t threads = 0;
};

class Rings {
 public:
  Rings(size_t ring_octets, size_t most_threads, bool may_wait);

  // For callers.

  /// The calling thread's, made on its first call; nothing if too many threads have one.
  Ring* mine() {
    if (latest_.rings == id_) [[likely]]
      return latest_.ring;
    return find_mine();
  }
  /// Counts a call of a thread that has no ring.
  void refuse(tap::Outcome outcome) {
    refused_[static_cast<size_t>(outcome)].fetch_add(1, std::memory_order_relaxed);
  }

  // For the writer.

  /// All rings, until the next call. Those whose threads have ended, and which are empty, are gone.
  const std::vector<std::shared_ptr<Ring>>& all();

  // For anyone.

  Totals totals() const;

 private:
  struct Latest {
    uint64_t rings = 0;  // whose; 0: nobody's
    Ring* ring = nullptr;
  };
  friend class Seats;
  static constinit thread_local Latest latest_;

  Ring* find_mine();
  std::shared_ptr<Ring> make();
  static void add(Totals& totals, const Ring& ring);

  const uint64_t id_;  // of no other, ever
  const size_t ring_octets_;
  const size_t most_threads_;
  const bool may_wait_;
  std::atomic<size_t> count_{0};
  std::array<std::atomic<uint64_t>, tap::kOutcomes> refused_{};

  mutable std::mutex mutex_;  // for the two below
  std::vector<std::shared_ptr<Ring>> rings_;
  Totals past_;  // of rings that are gone

  std::vector<std::shared_ptr<Ring>> seen_;  // the writer's
};

}  // namespace weir::producer
