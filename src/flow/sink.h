// The end of a lane: a destination of observations. A plug-in of flow/sinks implements it.
#pragma once

#include <cstdint>
#include <string>

#include "base/clock.h"
#include "base/result.h"
#include "model/tap.h"

namespace weir::flow {

/// Observations that were lost between two moments: from whom, where and why.
struct Gap {
  WallTime from;
  WallTime to;
  std::string origin;  // "source edge", "sink store"
  std::string stage;
  std::string reason;
  uint64_t count = 0;
};

/// One lane calls all of it from one thread. What `deliver` and `note` took is kept by a successful
/// `settle`; when any of the three fails, nothing since the last successful `settle` was kept, and
/// the lane offers all of it again.
class Sink : public model::Consumer {
 public:
  /// Records a loss, where the destination has a place for it.
  virtual Status note(const Gap& gap) {
    static_cast<void>(gap);
    return Done{};
  }
  /// A bounded step of housekeeping (rotation, retention); called after settling and while idle.
  virtual void tend(WallTime now) { static_cast<void>(now); }
  /// Lets go of what it writes to and opens it anew (SIGHUP, after log rotation by others).
  virtual void reopen() {}
};

}  // namespace weir::flow
