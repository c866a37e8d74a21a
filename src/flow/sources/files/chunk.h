// The unit of work when files are read: a run of a file's octets and the messages or frames in
// them. One thread fills it, another parses its messages, the caller's pairs and records them, in
// order.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "base/bytes.h"
#include "flow/wire/captured.h"

namespace weir::flow::files {

class Chunk {
 public:
  /// Octets of a file that a chunk usually holds.
  static constexpr size_t kOctets = 128 << 10;

  explicit Chunk(size_t octets = kOctets) : octets_(octets) {}

  /// Place in the order of chunks.
  uint64_t index = 0;

  void clear() {
    count_ = 0;
    frames_.clear();
    kept_.clear();
  }
  /// Room for octets of a file; what it holds moves when it grows, so only before messages are
  /// added.
  Octets& octets() { return octets_; }

  /// A fresh observation at the end.
  model::Observation& add() {
    if (count_ == seen_.size()) seen_.emplace_back();
    Seen& seen = seen_[count_++];
    seen.observation = {};
    return seen.observation;
  }
  /// The same octets, in memory that lives as long as the chunk's messages.
  Bytes keep(Bytes octets) {
    const std::less_equal<const uint8_t*> before;
    const bool ours = before(octets_.data(), octets.data()) &&
                      before(octets.data() + octets.size(), octets_.data() + octets_.size());
    if (ours) return octets;
    kept_.emplace_back(octets.begin(), octets.end());
    return kept_.back();
  }
  /// A dnstap frame, which lives as long as the chunk's messages.
  void add_frame(Bytes payload) { frames_.push_back(keep(payload)); }
  std::span<Seen> seen() { return {seen_.data(), count_}; }
  std::span<const Bytes> frames() const { return frames_; }
  bool empty() const { return count_ == 0 && frames_.empty(); }

 private:
  Octets octets_;
  std::vector<Octets> kept_;  // what was put together
  std::vector<Bytes> frames_;
  std::vector<Seen> seen_;  // grows to its use; the first `count_` count
  size_t count_ = 0;
};

}  // namespace weir::flow::files
