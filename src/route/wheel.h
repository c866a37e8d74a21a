// When leases end: a wheel of wheels of 64 slots each. A lease that is renewed stays in its slot
// and is put further only when the slot comes up, so renewing costs one store.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "route/lease.h"

namespace weir::route {

class Wheel {
 public:
  explicit Wheel(LeasePool& pool);

  /// Puts a lease where its `expires` says.
  void insert(LeaseId id);
  /// The next lease whose time has come at `now`, out of its ring; 0 when there is none. `steps`
  /// bounds the work and is counted down; at 0 there may be more.
  LeaseId pop(uint32_t now, size_t& steps);
  /// The earliest tick at which a slot comes up, after what `pop` has worked off; nothing when all
  /// are empty.
  std::optional<uint32_t> next() const;

 private:
  static constexpr unsigned kBits = 6;
  static constexpr uint32_t kSlots = 1U << kBits;
  static constexpr unsigned kLevels = 4;  // 64^4 ticks of 100 ms are 19 days

  const LeaseRing& slot(unsigned level, uint32_t tick) const {
    return rings_[level * kSlots + (tick >> level * kBits) % kSlots];
  }
  LeaseRing& slot(unsigned level, uint32_t tick) {
    return rings_[level * kSlots + (tick >> level * kBits) % kSlots];
  }
  bool cascade(size_t& steps);

  LeasePool& pool_;
  std::vector<LeaseRing> rings_;
  uint32_t tick_ = 0;  // being worked off
};

}  // namespace weir::route
