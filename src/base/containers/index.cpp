// Open addressing with linear probes; what is erased is closed up at once.
#include "base/containers/index.h"

#include <utility>

#include "base/check.h"

namespace weir {

void Index::Part::put(Slot slot) {
  size_t at = home(slot.tag);
  while (slots[at].id != 0) at = next(at);
  slots[at] = slot;
}

void Index::Part::grow() {
  // By a half: three quarters of the slots are the most that are used, half the least.
  std::vector<Slot> old(slots.empty() ? 8 : slots.size() + slots.size() / 2);
  std::swap(slots, old);
  for (const Slot& slot : old)
    if (slot.id != 0) put(slot);
}

void Index::insert(uint64_t hash, uint32_t id) {
  Part& part = parts_[hash >> kPartShift];
  if ((part.used + 1) * 4 > part.slots.size() * 3) part.grow();
  part.put({static_cast<uint32_t>(hash), id});
  ++part.used;
}

void Index::erase(uint64_t hash, uint32_t id) {
  Part& part = parts_[hash >> kPartShift];
  CHECK(!part.slots.empty());
  size_t hole = part.home(static_cast<uint32_t>(hash));
  while (part.slots[hole].id != id) {
    CHECK(part.slots[hole].id != 0);
    hole = part.next(hole);
  }
  for (size_t at = part.next(hole); part.slots[at].id != 0; at = part.next(at)) {
    // It may move into the hole unless its home lies behind the hole, up to where it stands.
    const size_t home = part.home(part.slots[at].tag);
    if (part.distance(home, at) < part.distance(hole, at)) continue;
    part.slots[hole] = part.slots[at];
    hole = at;
  }
  part.slots[hole] = {};
  --part.used;
}

}  // namespace weir
