// A lease: the right of one set to a route, because a name it lists was answered with the address.
#pragma once

#include <cstdint>

#include "base/containers/pool.h"
#include "names/name_store.h"
#include "route/feed.h"

namespace weir::route {

using LeaseId = uint32_t;
using names::NameId;

enum class LeaseState : uint8_t {
  kActive,  // an answer renewed it lately
  kGrace,   // none did; its route stays for a while
  kStatic,  // a network of the list itself; it does not end
};

/// 36 octets: there may be millions.
struct Lease {
  RouteId route = 0;
  NameId name = 0;  // none for kStatic
  LeaseId route_next = 0;
  LeaseId route_previous = 0;
  LeaseId name_next = 0;
  LeaseId ring_next = 0;  // of a timer's slot, or of its set's leases in grace
  LeaseId ring_previous = 0;
  uint32_t expires = 0;  // in ticks of the table
  uint8_t set = 0;
  LeaseState state = LeaseState::kActive;
};
static_assert(sizeof(Lease) == 36);

using LeasePool = Pool<Lease>;

/// A ring of leases, closed by a cell of the pool that is no lease: so a lease leaves its ring
/// without knowing which it is in.
class LeaseRing {
 public:
  explicit LeaseRing(LeasePool& pool) : anchor_(pool.take()) {
    pool[anchor_].ring_next = pool[anchor_].ring_previous = anchor_;
  }
  /// The end of an empty ring.
  void close(LeasePool& pool) { pool.give(anchor_); }
  void push_back(LeasePool& pool, LeaseId id) {
    const LeaseId last = pool[anchor_].ring_previous;
    pool[id].ring_previous = last;
    pool[id].ring_next = anchor_;
    pool[last].ring_next = id;
    pool[anchor_].ring_previous = id;
  }
  /// 0 when it is empty.
  LeaseId front(const LeasePool& pool) const { return after(pool, anchor_); }
  /// The one behind `id`; 0 at the end.
  LeaseId after(const LeasePool& pool, LeaseId id) const {
    const LeaseId next = pool[id].ring_next;
    return next == anchor_ ? 0 : next;
  }
  template <typename Take>
  void each(const LeasePool& pool, Take take) const {
    for (LeaseId id = pool[anchor_].ring_next; id != anchor_; id = pool[id].ring_next) take(id);
  }
  static void remove(LeasePool& pool, LeaseId id) {
    pool[pool[id].ring_previous].ring_next = pool[id].ring_next;
    pool[pool[id].ring_next].ring_previous = pool[id].ring_previous;
  }

 private:
  LeaseId anchor_;
};

}  // namespace weir::route
