// A bound on how often something may happen: so many at once, and so many a second after that.
#pragma once

#include <algorithm>

#include "base/clock.h"

namespace weir::route {

class TokenBucket {
 public:
  TokenBucket(double rate, double burst) : rate_(rate), burst_(burst), tokens_(burst) {}

  /// True when it may happen now; it is counted.
  bool take(Instant now) {
    if (now > last_) {
      tokens_ = std::min(burst_, tokens_ + to_seconds(now - last_) * rate_);
      last_ = now;
    }
    if (tokens_ < 1) return false;
    tokens_ -= 1;
    return true;
  }

 private:
  double rate_;
  double burst_;
  double tokens_;
  Instant last_{};
};

}  // namespace weir::route
