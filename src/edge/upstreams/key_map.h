// Numbers to slots: an open-addressing table that allocates only when it grows. For the questions
// in flight, found by message ID and by token.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace weir::edge::upstreams {

class KeyMap {
 public:
  static constexpr uint32_t kNone = 0xffffffff;

  KeyMap() : cells_(kLeast) {}

  /// The value of `key`, or kNone.
  uint32_t find(uint64_t key) const { return cells_[cell_of(key)].value; }
  bool has(uint64_t key) const { return find(key) != kNone; }
  /// `key` is new; `value` is not kNone.
  void insert(uint64_t key, uint32_t value) {
    if (2 * (size_ + 1) > cells_.size()) grow();
    cells_[cell_of(key)] = {key, value};
    ++size_;
  }
  /// Takes `key` out, and moves what it had pushed aside back, so that no tombstones gather.
  void erase(uint64_t key) {
    const size_t mask = cells_.size() - 1;
    size_t hole = cell_of(key);
    if (cells_[hole].value == kNone) return;
    --size_;
    for (size_t at = (hole + 1) & mask; cells_[at].value != kNone; at = (at + 1) & mask) {
      const size_t wants = home(cells_[at].key);
      if (((at - wants) & mask) < ((at - hole) & mask)) continue;
      cells_[hole] = cells_[at];
      hole = at;
    }
    cells_[hole].value = kNone;
  }
  size_t size() const { return size_; }

 private:
  static constexpr size_t kLeast = 64;
  struct Cell {
    uint64_t key = 0;
    uint32_t value = kNone;
  };

  // Fibonacci hashing: keys are our own (tokens, random IDs), not chosen by strangers.
  size_t home(uint64_t key) const {
    return (key * 0x9e3779b97f4a7c15ULL) >> (64 - std::countr_zero(cells_.size()));
  }
  // Where `key` is, or the free cell where it would be.
  size_t cell_of(uint64_t key) const {
    const size_t mask = cells_.size() - 1;
    size_t at = home(key);
    while (cells_[at].value != kNone && cells_[at].key != key) at = (at + 1) & mask;
    return at;
  }
  void grow() {
    std::vector<Cell> old = std::exchange(cells_, std::vector<Cell>(cells_.size() * 2));
    for (const Cell& cell : old) {
      if (cell.value != kNone) cells_[cell_of(cell.key)] = cell;
    }
  }

  std::vector<Cell> cells_;
  size_t size_ = 0;
};

}  // namespace weir::edge::upstreams
