// How long to wait before trying again: jitter, so that two sides do not keep in step, and
// doubling, so that what does not work is not tried all the time (RFC 4271 §10, §8.1.1).
#pragma once

#include <algorithm>

#include "base/clock.h"
#include "base/random.h"

namespace weir::bgp {

/// Between three quarters and all of `full`.
inline Duration jittered(Duration full, Random& random) {
  const auto quarter = static_cast<uint64_t>(full.count() / 4);
  return full - Duration(quarter == 0 ? 0 : static_cast<int64_t>(random.below(quarter + 1)));
}

class Backoff {
 public:
  /// Waits `first`, as often as `patience` says, then twice as long each time up to `most`.
  Backoff(Duration first, Duration most, unsigned patience)
      : first_(first), most_(std::max(first, most)), patience_(patience) {}

  Duration next(Random& random) {
    const unsigned doublings = failures_ < patience_ ? 0 : failures_ - patience_ + 1;
    if (failures_ < kMost) ++failures_;
    Duration wait = first_;
    for (unsigned i = 0; i < doublings && wait < most_; ++i) wait *= 2;
    return jittered(std::min(wait, most_), random);
  }
  void reset() { failures_ = 0; }
  unsigned failures() const { return failures_; }

 private:
  static constexpr unsigned kMost = 1000;  // failures that are counted
  Duration first_;
  Duration most_;
  unsigned patience_;
  unsigned failures_ = 0;
};

}  // namespace weir::bgp
