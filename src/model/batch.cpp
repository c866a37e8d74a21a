// Collecting observations into a batch: every span and text is copied into the arena and
// re-pointed.
#include "model/batch.h"

#include <algorithm>
#include <new>

#include "base/check.h"

namespace weir::model {
namespace {

// The least a batch begins with: enough for a handful of ordinary messages.
constexpr size_t kLeastArena = 4096;
constexpr size_t kLeastObservations = 8;

/// Octets that copying `extras` may take, the struct itself and its alignment included.
size_t arena_need(const DnstapExtras& extras) {
  return sizeof(DnstapExtras) + alignof(DnstapExtras) + extras.identity.size() +
         extras.version.size() + extras.extra.size() + extras.query_zone.size() +
         extras.policy.size() + extras.unknown_fields.size();
}

size_t arena_need(const Observation& observation) {
  return observation.query_message.size() + observation.response_message.size() +
         observation.qname.size() + observation.upstream.size() +
         (observation.dnstap != nullptr ? arena_need(*observation.dnstap) : 0);
}

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
  const size_t need = arena_need(observation);
  if (batch_ == nullptr) begin(need);
  if (size() >= most_observations_) return false;
  const size_t whole = batch_->arena_used_ + need;
  if (whole > arena_size_) {
    if (!batch_->observations_.empty() && whole > arena_octets_) return false;
    grow(whole);
  }
  Observation& kept = batch_->observations_.emplace_back(observation);
  kept.query_message = keep(observation.query_message);
  kept.response_message = keep(observation.response_message);
  kept.qname = keep(observation.qname);
  kept.upstream = as_text(keep(as_bytes(observation.upstream)));
  if (observation.dnstap != nullptr) kept.dnstap = keep(*observation.dnstap);
  return true;
}

SharedBatch BatchBuilder::seal(uint64_t first_sequence) {
  if (batch_ == nullptr) return nullptr;
  for (Observation& observation : batch_->observations_) observation.sequence = first_sequence++;
  likely_octets_ =
      std::clamp(2 * batch_->arena_used_, std::min(kLeastArena, arena_octets_), arena_octets_);
  likely_observations_ =
      std::clamp(batch_->observations_.size() + batch_->observations_.size() / 4,
                 std::min(kLeastObservations, most_observations_), most_observations_);
  return std::exchange(batch_, nullptr);
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
  const auto move = [&](Bytes& octets) {
    if (!octets.empty()) octets = {arena.get() + (octets.data() - before), octets.size()};
  };
  for (Observation& kept : batch_->observations_) {
    Bytes upstream = as_bytes(kept.upstream);
    for (Bytes* octets : {&kept.query_message, &kept.response_message, &kept.qname, &upstream})
      move(*octets);
    kept.upstream = as_text(upstream);
    if (kept.dnstap == nullptr) continue;
    const auto offset = reinterpret_cast<const uint8_t*>(kept.dnstap) - before;
    auto* extras = reinterpret_cast<DnstapExtras*>(arena.get() + offset);
    for (Bytes* octets : {&extras->identity, &extras->version, &extras->extra, &extras->query_zone,
                          &extras->policy, &extras->unknown_fields})
      move(*octets);
    kept.dnstap = extras;
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

const DnstapExtras* BatchBuilder::keep(const DnstapExtras& extras) {
  constexpr size_t kAlign = alignof(DnstapExtras);
  batch_->arena_used_ = (batch_->arena_used_ + kAlign - 1) / kAlign * kAlign;
  auto* kept = new (batch_->arena_.get() + batch_->arena_used_) DnstapExtras(extras);
  batch_->arena_used_ += sizeof(DnstapExtras);
  kept->identity = keep(extras.identity);
  kept->version = keep(extras.version);
  kept->extra = keep(extras.extra);
  kept->query_zone = keep(extras.query_zone);
  kept->policy = keep(extras.policy);
  kept->unknown_fields = keep(extras.unknown_fields);
  return kept;
}

}  // namespace weir::model
