// What waits in front of one lane: batches in order, bounded in number and in octets.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>

#include "base/clock.h"
#include "model/batch.h"

namespace weir::flow {

/// A batch and when it came; of a durable lane, also where it ends in the journal.
struct Waiting {
  model::SharedBatch batch;
  Instant since;
  uint64_t end = 0;  // position behind its last observation

  uint64_t first() const { return end - batch->size(); }
};

class Backlog {
 public:
  Backlog(size_t most_batches, size_t most_octets)
      : most_batches_(most_batches), most_octets_(most_octets) {}

  /// False, and `waiting` untouched, when full or closed. A batch larger than the bound in octets
  /// is let in when nothing else is there.
  bool try_push(Waiting& waiting);
  /// Waits for room; false, and `waiting` untouched, when closed.
  bool push(Waiting& waiting);
  /// Takes the oldest away without having been asked for it.
  std::optional<Waiting> evict_oldest();
  /// Moves up to `most` of the oldest to the back of `out`; waits at most `patience` for the first.
  void take(size_t most, Duration patience, std::deque<Waiting>& out);
  /// Ends the wait of `take`, now or the next one.
  void nudge();
  /// Refuses what comes; what is inside can still be taken.
  void close();

  bool closed() const;
  size_t batches() const;
  size_t octets() const;
  std::optional<Instant> oldest() const;

  /// The memory that a batch holds.
  static size_t octets_of(const model::Batch& batch) {
    return batch.arena_octets() + batch.size() * sizeof(model::Observation);
  }

 private:
  bool has_room(size_t octets) const {
    return items_.empty() || (items_.size() < most_batches_ && octets_ + octets <= most_octets_);
  }
  void append(Waiting& waiting, size_t octets);
  Waiting remove_oldest();

  const size_t most_batches_;
  const size_t most_octets_;
  mutable std::mutex mutex_;
  std::condition_variable filled_;
  std::condition_variable drained_;
  std::deque<Waiting> items_;
  size_t octets_ = 0;
  bool closed_ = false;
  bool nudged_ = false;
};

}  // namespace weir::flow
