// Finds the query to a response: a bounded table of queries that wait, by a hash of both endpoints,
// protocol, id and question.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/clock.h"
#include "model/observation.h"

namespace weir::flow {

/// The hash that a query and its response share; 0 for a message without a question.
uint64_t pairing_key(const model::Observation& observation);

/// Sets of eight slots, so that whoever chooses the keys cannot make a look-up long; the worst they
/// reach is that queries are forgotten early, which is counted. The table has no seed of its own:
/// the same capture gives the same pairs always.
class Pairing {
 public:
  static constexpr size_t kSlots = 1 << 19;
  explicit Pairing(Duration patience, size_t slots = kSlots);

  /// A query that comes again while the first waits is a retransmission and changes nothing.
  void query(uint64_t key, WallTime time);
  /// When the query to this response was seen; it is then answered and waits no more.
  std::optional<WallTime> response(uint64_t key, WallTime time);

  uint64_t paired() const { return paired_; }
  uint64_t orphans() const { return orphans_; }  // responses without a query
  uint64_t evicted() const { return evicted_; }  // queries that made room while they waited

 private:
  static constexpr size_t kWays = 8;
  struct Slot {
    uint64_t key = 0;  // 0: free
    WallTime time;
  };
  std::span<Slot> set_of(uint64_t key);
  bool waits(const Slot& slot, WallTime now) const;

  Duration patience_;
  std::vector<Slot> slots_;
  uint64_t paired_ = 0;
  uint64_t orphans_ = 0;
  uint64_t evicted_ = 0;
};

}  // namespace weir::flow
