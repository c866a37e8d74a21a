// The time of the present step. Reading the machine's clock costs as much as a tenth of a cached
// answer, so a shard reads it once when octets come and once an answer, and all else asks here.
#pragma once

#include "base/clock.h"

namespace weir::edge {

class TurnClock final : public Clock {
 public:
  explicit TurnClock(const Clock& machine) : machine_(machine) { refresh(); }

  void refresh() { now_ = machine_.now(); }
  Instant now() const override { return now_; }
  WallTime wall_now() const override { return wall_offset_ + now_.time_since_epoch(); }
  /// Follows the machine's wall clock, which may be set anew at any time.
  void align() {
    refresh();
    wall_offset_ = machine_.wall_now() - now_.time_since_epoch();
  }
  WallTime wall(Instant at) const { return wall_offset_ + at.time_since_epoch(); }

 private:
  const Clock& machine_;
  Instant now_;
  WallTime wall_offset_{};
};

}  // namespace weir::edge
