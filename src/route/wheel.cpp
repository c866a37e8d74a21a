// Slots of wheels, and moving leases from coarse ones to fine ones as time comes near.
#include "route/wheel.h"

#include <algorithm>

namespace weir::route {

Wheel::Wheel(LeasePool& pool) : pool_(pool) {
  for (size_t i = 0; i < size_t{kLevels} * kSlots; ++i) rings_.emplace_back(pool);
}

void Wheel::insert(LeaseId id) {
  const uint32_t at = std::max(pool_[id].expires, tick_);
  for (unsigned level = 0; level < kLevels; ++level) {
    // Counted in slots of its own, so that no coarse slot is filled that is being emptied.
    const unsigned shift = level * kBits;
    if ((at >> shift) - (tick_ >> shift) < kSlots) return slot(level, at).push_back(pool_, id);
  }
  constexpr unsigned kCoarsest = kLevels - 1;
  slot(kCoarsest, tick_ + ((kSlots - 1) << kCoarsest * kBits)).push_back(pool_, id);
}

bool Wheel::cascade(size_t& steps) {
  for (unsigned level = kLevels - 1; level != 0; --level) {
    if (tick_ % (1U << level * kBits) != 0) continue;
    const LeaseRing& ring = slot(level, tick_);
    while (const LeaseId id = ring.front(pool_)) {
      if (steps == 0) return false;
      --steps;
      LeaseRing::remove(pool_, id);
      insert(id);
    }
  }
  return true;
}

LeaseId Wheel::pop(uint32_t now, size_t& steps) {
  for (;;) {
    if (!cascade(steps)) return 0;
    const LeaseRing& ring = slot(0, tick_);
    while (const LeaseId id = ring.front(pool_)) {
      if (steps == 0) return 0;
      --steps;
      LeaseRing::remove(pool_, id);
      if (pool_[id].expires <= tick_) return id;
      insert(id);  // renewed since it was put here
    }
    if (tick_ >= now) return 0;
    ++tick_;
  }
}

std::optional<uint32_t> Wheel::next() const {
  std::optional<uint32_t> earliest;
  for (unsigned level = 0; level < kLevels; ++level) {
    const unsigned shift = level * kBits;
    for (uint32_t i = 0; i < kSlots; ++i) {
      const uint32_t tick = ((tick_ >> shift) + i) << shift;
      if (slot(level, tick).front(pool_) == 0) continue;
      earliest = std::min(earliest.value_or(tick), tick);
      break;
    }
  }
  return earliest;
}

}  // namespace weir::route
