// Finds small numbers by the hash of what they stand for. It grows in parts, so that no single
// insertion pays for all.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace weir {

class Index {
 public:
  /// The number under `hash` for which `is_it(number)`; 0 when there is none.
  template <typename IsIt>
  uint32_t find(uint64_t hash, IsIt is_it) const {
    const Part& part = parts_[hash >> kPartShift];
    if (part.slots.empty()) return 0;
    const auto tag = static_cast<uint32_t>(hash);
    for (size_t at = part.home(tag);; at = part.next(at)) {
      const Slot& slot = part.slots[at];
      if (slot.id == 0) return 0;
      if (slot.tag == tag && is_it(slot.id)) return slot.id;
    }
  }
  /// Where the search for `hash` begins, to be prefetched; null before the first insertion. (The
  /// compiler takes a function that does nothing but prefetch for one that does nothing.)
  const void* place(uint64_t hash) const {
    const Part& part = parts_[hash >> kPartShift];
    return part.slots.empty() ? nullptr : &part.slots[part.home(static_cast<uint32_t>(hash))];
  }
  /// `id` is not 0 and not there yet.
  void insert(uint64_t hash, uint32_t id);
  /// `id` is there.
  void erase(uint64_t hash, uint32_t id);

 private:
  static constexpr size_t kParts = 64;
  static constexpr unsigned kPartShift = 58;
  struct Slot {
    uint32_t tag = 0;
    uint32_t id = 0;  // 0: free
  };
  struct Part {
    std::vector<Slot> slots;
    size_t used = 0;

    size_t home(uint32_t tag) const { return uint64_t{tag} * slots.size() >> 32; }
    size_t next(size_t at) const { return at + 1 == slots.size() ? 0 : at + 1; }
    /// How many steps lead from one slot to another.
    size_t distance(size_t from, size_t to) const {
      return to >= from ? to - from : to + slots.size() - from;
    }
    void put(Slot slot);
    void grow();
  };
  std::array<Part, kParts> parts_;
};

}  // namespace weir
