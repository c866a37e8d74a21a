// A shared, immutable run of observations whose octets lie in one arena: parsed once, shared by
// every lane, copied by none.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "model/observation.h"

namespace weir::model {

class Batch {
 public:
  std::span<const Observation> observations() const { return observations_; }
  size_t size() const { return observations_.size(); }
  size_t arena_octets() const { return arena_used_; }
  /// Which source it came from, an index given by the router.
  uint16_t source() const { return source_; }
  /// Of a batch that is a part of another: where the observation at `i` stood in the whole, and how
  /// many there were. Any other is its own whole.
  size_t place_in_whole(size_t i) const { return places_.empty() ? i : places_[i]; }
  size_t whole_size() const { return whole_size_.value_or(size()); }

 private:
  friend class BatchBuilder;
  uint16_t source_ = 0;
  std::vector<Observation> observations_;
  std::vector<uint32_t> places_;  // in the whole
  std::optional<size_t> whole_size_;
  std::unique_ptr<uint8_t[]> arena_;
  size_t arena_used_ = 0;
};
using SharedBatch = std::shared_ptr<const Batch>;

/// Collects observations of one producer; copies their octets into the arena once.
class BatchBuilder {
 public:
  BatchBuilder(uint16_t source, size_t most_observations, size_t arena_octets);

  /// False when the batch is full (in count or octets): seal it and begin another. An observation
  /// that alone exceeds the arena gets an arena of its own size.
  bool add(const Observation& observation);
  bool empty() const { return size() == 0; }
  size_t size() const { return batch_ == nullptr ? 0 : batch_->observations_.size(); }
  /// Ends the batch and hands it over, numbered from `first_sequence`; the builder is empty again.
  SharedBatch seal(uint64_t first_sequence = 1);
  /// The same for observations that were numbered before: they keep their sequences.
  SharedBatch seal_as_numbered();
  /// The same for a part of `whole`, perhaps of none of it; `places` say where each stood there.
  SharedBatch seal_as_part(const Batch& whole, std::vector<uint32_t> places);

 private:
  bool make_room(size_t need);
  void begin(size_t least_octets);
  void grow(size_t least_octets);
  Bytes keep(Bytes octets);
  DnstapExtras* keep(const DnstapExtras& extras);

  uint16_t source_;
  size_t most_observations_;
  size_t arena_octets_;
  size_t arena_size_ = 0;
  // What the next batch is likely to need, from what the last one used: a quiet producer that is
  // flushed every few milliseconds does not take a whole arena each time.
  size_t likely_octets_ = 0;
  size_t likely_observations_ = 0;
  std::shared_ptr<Batch> batch_;
};

}  // namespace weir::model
