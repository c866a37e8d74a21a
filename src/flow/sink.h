// The end of a lane: a destination of observations. A plug-in of flow/sinks implements it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

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

/// One lane calls it from one thread, but for `interrupt`. What `deliver` and `note` took is kept
/// by a successful `settle`; when any of the three fails, nothing since the last successful
/// `settle` was kept, and the lane offers all of it again.
class Sink : public model::Consumer {
 public:
  /// Records a loss, where the destination has a place for it.
  virtual Status note(const Gap& gap) {
    static_cast<void>(gap);
    return Done{};
  }
  /// Only for a lane with a journal: where in `journal` the destination stands, if it keeps that
  /// with what it was given, so that neither a kill nor a settling of unknown outcome loses or
  /// doubles anything. Asked before the first delivery, and after each failure.
  virtual Result<std::optional<uint64_t>> recall(std::string_view journal) {
    static_cast<void>(journal);
    return std::optional<uint64_t>();
  }
  /// Only for a lane with a journal: the position of the first observation of what `deliver` is
  /// given next; of a part of a batch (`Batch::whole_size`), of the whole.
  virtual void place(uint64_t position) { static_cast<void>(position); }
  /// A bounded step of housekeeping (rotation, retention); called at the start, after each attempt
  /// to deliver and while idle. An error says that the destination is gone: the lane pauses and
  /// calls again, which is when the sink tries to have it back.
  virtual Status tend(WallTime now) {
    static_cast<void>(now);
    return Done{};
  }
  /// Of the observations that the last successful `settle` was about, how many this destination
  /// cannot take, ever. Asked after it, once.
  virtual uint64_t take_refused() { return 0; }
  /// The oldest `observations` of those that wait to be settled will not be offered again.
  virtual void give_up(uint64_t observations) { static_cast<void>(observations); }
  /// Lets go of what it writes to and opens it anew (SIGHUP, after log rotation by others).
  virtual void reopen() {}
  /// The last call: takes leave of the destination.
  virtual void close() {}
  /// From any thread, when there is no more time: what waits for the destination now or later gives
  /// up, but for `close`.
  virtual void interrupt() {}
};

}  // namespace weir::flow
