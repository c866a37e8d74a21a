// How long to wait before something that failed is tried again: 1, 2, 4 … 60 seconds, and after a
// success from the beginning.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>

#include "base/clock.h"
#include "base/random.h"

namespace weir {

class Backoff {
 public:
  struct Limits {
    Duration first = 1s;
    Duration most = 60s;
    /// How many waits in a row; nothing is no bound.
    std::optional<uint64_t> attempts;
    /// Up to so much of a wait is taken off it, by chance: then those that failed together do not
    /// come back together.
    unsigned jitter_percent = 0;
  };
  static constexpr unsigned kMostJitter = 100;

  Backoff() : Backoff(Limits{}) {}
  /// `random` outlives this object; it is not asked without jitter.
  explicit Backoff(const Limits& limits, Random* random = nullptr)
      : limits_(limits), random_(random), next_(limits.first) {}

  /// The wait before the next attempt; nothing when the attempts are used up.
  std::optional<Duration> next() {
    if (limits_.attempts && attempts_ >= *limits_.attempts) return std::nullopt;
    ++attempts_;
    const Duration wait = next_;
    next_ = std::min(next_ * 2, limits_.most);
    return wait - jitter(wait);
  }
  /// After a success.
  void reset() {
    next_ = limits_.first;
    attempts_ = 0;
  }

 private:
  Duration jitter(Duration wait) const {
    if (limits_.jitter_percent == 0 || random_ == nullptr) return Duration::zero();
    const auto most = static_cast<uint64_t>((wait / kMostJitter * limits_.jitter_percent).count());
    return Duration(static_cast<int64_t>(random_->below(most + 1)));
  }

  Limits limits_;
  Random* random_;
  Duration next_;
  uint64_t attempts_ = 0;
};

}  // namespace weir
