// How long to wait before a producer is dialled again: 1, 2, 4 … 60 seconds.
#pragma once

#include <algorithm>

#include "base/clock.h"

namespace weir::flow::dnstap_source {

class Backoff {
 public:
  static constexpr Duration kFirst = 1s;
  static constexpr Duration kMost = 60s;

  Duration next() {
    const Duration wait = next_;
    next_ = std::min(next_ * 2, kMost);
    return wait;
  }
  void reset() { next_ = kFirst; }

 private:
  Duration next_ = kFirst;
};

}  // namespace weir::flow::dnstap_source
