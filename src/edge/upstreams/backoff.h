// How long to wait between attempts that nobody waits for: doubling, with jitter, bounded.
#pragma once

#include <algorithm>

#include "base/clock.h"
#include "base/random.h"

namespace weir::edge::upstreams {

class Backoff {
 public:
  Backoff(Duration first, Duration most) : first_(first), most_(most), next_(first) {}

  /// The next wait: between half of the step and all of it, so that shards do not knock together.
  Duration next(Random& random) {
    const Duration step = next_;
    next_ = std::min(next_ * 2, most_);
    const auto half = static_cast<uint64_t>(step.count() / 2);
    return Duration(static_cast<int64_t>(half + random.below(half + 1)));
  }
  void reset() { next_ = first_; }

 private:
  Duration first_;
  Duration most_;
  Duration next_;
};

}  // namespace weir::edge::upstreams
