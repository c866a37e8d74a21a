// The frames of one calling thread on their way to the writer: a ring of octets, into which the
// thread encodes in place and out of which the writer sends, with the account of both.
//
// A frame never wraps: one that does not fit before the end goes to the beginning, and an empty
// frame (which no data frame is) marks the rest as unused.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>

#include "base/bytes.h"
#include "producer/doorbell.h"
#include "weir/dnstap.h"

namespace weir::producer {

/// Messages by what became of them. One thread counts, any may read.
class Tally {
 public:
  void add(tap::Outcome outcome, uint64_t count = 1) {
    auto& counted = counts_[static_cast<size_t>(outcome)];
    counted.store(counted.load(std::memory_order_relaxed) + count, std::memory_order_release);
  }
  uint64_t read(tap::Outcome outcome) const {
    return counts_[static_cast<size_t>(outcome)].load(std::memory_order_acquire);
  }

 private:
  std::array<std::atomic<uint64_t>, tap::kOutcomes> counts_{};
};

class Ring {
 public:
  /// A power of two is made of `size_octets`. Only a thread that may wait has a doorbell.
  Ring(size_t size_octets, bool may_wait);

  // For the calling thread.

  /// Room for a frame of at most so many octets, or nothing. At most half the size: such a frame
  /// fits into an empty ring wherever its tail is.
  uint8_t* reserve(size_t octets);
  /// The frame is written into what was reserved and has this size.
  void commit(size_t octets);
  /// After `reserve` had nothing: waits until the writer has made room, for `patience` at most. It
  /// may also return early.
  void await_room(Duration patience);
  /// No frame will follow.
  void leave() { left_.store(true, std::memory_order_release); }
  Octets& scratch() { return scratch_; }
  /// kAccepted: those in the ring and those that were there. Others: refused.
  Tally& calls() { return calls_; }
  const Tally& calls() const { return calls_; }

  // For the writer.

  struct Part {
    Bytes frames;
    size_t count = 0;
  };
  /// The oldest frames, side by side: as many as `most_octets` hold, but at least one if there is
  /// one.
  Part oldest(size_t most_octets);
  /// Gives the room of the first octets of `oldest` back, and wakes the thread if it waits.
  void release(size_t octets);
  /// The thread has left, and everything is taken out.
  bool is_done() const;
  /// kAccepted: sent. Others: accepted, and dropped all the same.
  Tally& settled() { return settled_; }
  const Tally& settled() const { return settled_; }

  // For both.

  bool empty() const { return used() == 0; }
  bool half_full() const { return used() > size() / 2; }
  size_t size() const { return mask_ + 1; }
  uint64_t head() const { return head_.load(std::memory_order_acquire); }
  uint64_t tail() const { return tail_.load(); }

 private:
  size_t used() const {
    const uint64_t head = head_.load(std::memory_order_acquire);  // first: it never passes the tail
    return static_cast<size_t>(tail_.load() - head);
  }

  const size_t mask_;
  const std::unique_ptr<uint8_t[]> octets_;
  // Positions only grow; where they are in the ring is `position & mask_`.
  alignas(64) std::atomic<uint64_t> head_{0};
  Tally settled_;
  alignas(64) std::atomic<uint64_t> tail_{0};
  uint64_t reserved_ = 0;
  uint64_t seen_head_ = 0;
  Octets scratch_;
  Tally calls_;
  std::atomic<bool> left_{false};
  std::atomic<bool> waits_{false};
  const std::unique_ptr<Doorbell> room_;
};

/// Data frames that stand side by side.
size_t count_frames(Bytes frames);

}  // namespace weir::producer
