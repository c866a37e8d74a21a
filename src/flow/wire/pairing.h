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

  /// Forgets those of the next `sets` sets of slots whose patience is over, so that they are
  /// counted in time; for a capture that has no end.
  void sweep(WallTime now, size_t sets);
  size_t sets() const { return size_ / kWays; }

  uint64_t paired() const { return paired_; }
  uint64_t orphans() const { return orphans_; }        // responses without a query
  uint64_t evicted() const { return evicted_; }        // queries that made room while they waited
  uint64_t unanswered() const { return unanswered_; }  // queries whose patience is over
  /// Queries that wait, or whose patience nobody has noticed to be over.
  uint64_t waiting() const { return queries_ - paired_ - evicted_ - unanswered_; }

 private:
  static constexpr size_t kWays = 8;
  struct Slot {
    uint64_t key = 0;  // 0: free
    WallTime time;
  };
  std::span<Slot> set_of(uint64_t key);
  void give_up(Slot& slot);
  bool waits(const Slot& slot, WallTime now) const;

  Duration patience_;
  const size_t size_;
  std::vector<Slot> slots_;  // made when the first message comes: 20 MiB
  uint64_t paired_ = 0;
  uint64_t orphans_ = 0;
  uint64_t evicted_ = 0;
  uint64_t queries_ = 0;  // retransmissions apart
  uint64_t unanswered_ = 0;
  size_t swept_ = 0;  // sets
};

}  // namespace weir::flow
