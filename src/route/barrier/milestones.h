// How far a stream of changes has come: what was written where in the stream, how much of the
// stream has arrived, and since when.
#pragma once

#include <cstdint>
#include <deque>

#include "base/clock.h"

namespace weir::route {

class Milestones {
 public:
  /// What has arrived counts `settle` later.
  explicit Milestones(Duration settle) : settle_(settle) {}

  /// Everything up to `version` stands before `offset` of the stream. What is told once more, of
  /// a version that was written already, changes nothing.
  void written(uint64_t version, uint64_t offset);
  /// The stream has arrived up to `offset`.
  void arrived(uint64_t offset, Instant now);
  /// The version that has settled.
  uint64_t reached(Instant now);
  /// Another stream begins: nothing has arrived.
  void clear();
  size_t size() const { return under_way_.size() + settling_.size(); }

 private:
  // More are not told apart: the last stands for those it takes the place of.
  static constexpr size_t kMost = 256;
  struct Written {
    uint64_t version;
    uint64_t offset;
  };
  struct Arrived {
    uint64_t version;
    Instant settled;
  };
  const Duration settle_;
  uint64_t written_ = 0;  // the latest version
  std::deque<Written> under_way_;
  std::deque<Arrived> settling_;
  uint64_t reached_ = 0;
};

}  // namespace weir::route
