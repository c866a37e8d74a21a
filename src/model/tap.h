// Where sources put what they see, and what receives it downstream.
#pragma once

#include "base/clock.h"
#include "base/result.h"
#include "model/batch.h"
#include "model/observation.h"

namespace weir::model {

/// One producer thread's way into the flow. Recording never fails, and blocks only for sources that
/// can wait; what there is no room for is counted by the flow, under this source's name.
class Tap {
 public:
  virtual ~Tap() = default;
  /// Copies the octets; the observation may be gone afterwards.
  virtual void record(const Observation& observation) noexcept = 0;
  /// Counts messages that were lost before they could be recorded (a kernel's ring was full).
  virtual void lose(uint64_t) noexcept {}
  /// False when what is recorded now could be lost for want of room. For a producer that can make
  /// others wait for it.
  virtual bool has_room() noexcept { return true; }
  /// Hands over what has been collected; producers call it when they pause and at the end.
  virtual void flush() noexcept = 0;
};

/// A tap that wants nothing.
class NullTap final : public Tap {
 public:
  void record(const Observation&) noexcept override {}
  void flush() noexcept override {}
};

/// What universe, route and every sink are, seen from flow. One lane calls it from one thread.
class Consumer {
 public:
  virtual ~Consumer() = default;
  /// Takes the whole batch or none of it: an error means that nothing since the last successful
  /// `settle` was kept, and `error.retry` says whether all of it may be offered again.
  virtual Status deliver(const Batch& batch) = 0;
  /// Makes what was delivered lasting (commit, flush); called after each group of batches.
  virtual Status settle() { return Done{}; }
};

}  // namespace weir::model
