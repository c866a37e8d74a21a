// Collecting observations into a batch: every span and text is copied into the arena and
// re-pointed.
#include "model/batch.h"

#include <algorithm>
#include <new>
#include <type_traits>

#include "base/check.h"

namespace weir::model {
namespace {

// The least a batch begins with: enough for a handful of ordinary messages.
constexpr size_t kLeastArena = 4096;
constexpr size_t kLeastObservations = 8;

/// Calls back with every span that `observation` and its extras consist of, which it may change
/// unless they are constant.
template <typename Seen, typename Extras, typename Call>
void each_span(Seen& observation, Extras* extras, Call call) {
  call(observation.query_message);
  call(observation.response_message);
  call(observation.qname);
  Bytes upstream = as_bytes(observation.upstream);
  call(upstream);
  if constexpr (!std::is_const_v<Seen>) observation.upstream = as_text(upstream);
  if (extras == nullptr) return;
  for (auto* octets : {&extras->identity, &extras->version, &extras->extra, &extras->query_zone,
                       &extras->policy, &extras->frame})
    call(*octets);
}

bool is_within(Bytes part, Bytes whole) {
  return part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size();
}

constexpr size_t kAlign = alignof(DnstapExtras);

}  // namespace

BatchBuilder::BatchBuilder(uint16_t source, size_t most_observations, size_t arena_octets)
    : source_(source),
      most_observations_(most_observations),
      arena_octets_(arena_octets),
      likely_octets_(std::min(kLeastArena, arena_octets)),
      likely_observations_(std::min(kLeastObservations, most_observations)) {
  CHECK(most_observations > 0);
}

bool BatchBuilder::add(const Observation& observation) {
  const DnstapExtras* const extras = observation.dnstap;
  const Bytes frame = extras != nullptr ? extras->frame : Bytes();
  // What lies within the frame is copied with it, once.
  size_t need = frame.size() + (extras != nullptr ? sizeof(DnstapExtras) + kAlign : 0);
  each_span(observation, extras,
            [&](Bytes octets) { need += is_within(octets, frame) ? 0 : octets.size(); });
  if (!make_room(need)) return false;
  Observation& kept = batch_->observations_.emplace_back(observation);
  const Bytes kept_frame = keep(frame);
  DnstapExtras* const kept_extras = extras != nullptr ? keep(*extras) : nullptr;
  kept.dnstap = kept_extras;
  each_span(kept, kept_extras, [&](Bytes& octets) {
    octets =
        is_within(octets, frame)
            ? kept_frame.subspan(static_cast<size_t>(octets.data() - frame.data()), octets.size())
            : keep(octets);
  });
  return true;
}

/// False when the batch has no room for one more observation that takes `need` octets.
bool BatchBuilder::make_room(size_t need) {
  if (batch_ == nullptr) begin(need);
  if (size() >= most_observations_) return false;
  const size_t whole = batch_->arena_used_ + need;
  if (whole <= arena_size_) return true;
  if (!batch_->observations_.empty() && whole > arena_octets_) return false;
  grow(whole);
  return true;
}

SharedBatch BatchBuilder::seal(uint64_t first_sequence) {
  if (batch_ == nullptr) return nullptr;
  for (Observation& observation : batch_->observations_) observation.sequence = first_sequence++;
  return seal_as_numbered();
}

SharedBatch BatchBuilder::seal_as_numbered() {
  if (batch_ == nullptr) return nullptr;
  likely_octets_ =
      std::clamp(2 * batch_->arena_used_, std::min(kLeastArena, arena_octets_), arena_octets_);
  likely_observations_ =
      std::clamp(batch_->observations_.size() + batch_->observations_.size() / 4,
                 std::min(kLeastObservations, most_observations_), most_observations_);
  return std::exchange(batch_, nullptr);
}

SharedBatch BatchBuilder::seal_as_part(const Batch& whole, std::vector<uint32_t> places) {
  CHECK(places.size() == size());
  if (batch_ == nullptr) begin(0);
  batch_->source_ = whole.source_;
  batch_->places_ = std::move(places);
  batch_->whole_size_ = whole.size();
  return seal_as_numbered();
}

void BatchBuilder::begin(size_t least_octets) {
  auto batch = std::make_shared<Batch>();
  const size_t arena_size = std::max(least_octets, likely_octets_);
  batch->source_ = source_;
  batch->observations_.reserve(likely_observations_);
  batch->arena_ = std::make_unique_for_overwrite<uint8_t[]>(arena_size);
  arena_size_ = arena_size;
  batch_ = std::move(batch);
}

/// Moves what is in the arena to a larger one and re-points the spans: while the likely size was
/// too small a guess.
void BatchBuilder::grow(size_t least_octets) {
  arena_size_ = std::max(least_octets, std::min(2 * arena_size_, arena_octets_));
  auto arena = std::make_unique_for_overwrite<uint8_t[]>(arena_size_);
  const uint8_t* before = batch_->arena_.get();
  std::memcpy(arena.get(), before, batch_->arena_used_);
  for (Observation& kept : batch_->observations_) {
    DnstapExtras* extras = nullptr;
    if (kept.dnstap != nullptr) {
      const auto offset = reinterpret_cast<const uint8_t*>(kept.dnstap) - before;
      extras = reinterpret_cast<DnstapExtras*>(arena.get() + offset);
      kept.dnstap = extras;
    }
    each_span(kept, extras, [&](Bytes& octets) {
      if (!octets.empty()) octets = {arena.get() + (octets.data() - before), octets.size()};
    });
  }
  batch_->arena_ = std::move(arena);
}

Bytes BatchBuilder::keep(Bytes octets) {
  if (octets.empty()) return {};
  uint8_t* at = batch_->arena_.get() + batch_->arena_used_;
  std::memcpy(at, octets.data(), octets.size());
  batch_->arena_used_ += octets.size();
  return {at, octets.size()};
}

/// A copy whose spans are still those of `extras`.
DnstapExtras* BatchBuilder::keep(const DnstapExtras& extras) {
  batch_->arena_used_ = (batch_->arena_used_ + kAlign - 1) / kAlign * kAlign;
  auto* kept = new (batch_->arena_.get() + batch_->arena_used_) DnstapExtras(extras);
  batch_->arena_used_ += sizeof(DnstapExtras);
  return kept;
}

}  // namespace weir::model
