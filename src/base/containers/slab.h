// A bounded store of objects with stable handles: an index to find one at once, and a generation so
// that a late handle finds nothing instead of a stranger.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "base/check.h"

namespace weir {

template <typename T>
class Slab {
 public:
  using Handle = uint64_t;  // generation << 32 | index

  explicit Slab(size_t capacity) : capacity_(capacity) {}

  /// Nothing when the slab is full. Objects are reused, not constructed anew: the caller sets them.
  std::optional<Handle> take() {
    if (free_.empty()) {
      if (cells_.size() >= capacity_) return std::nullopt;
      if (cells_.size() == cells_.capacity()) grow();
      cells_.push_back(std::make_unique<Cell>());
      free_.push_back(static_cast<uint32_t>(cells_.size() - 1));
    }
    const uint32_t index = free_.back();
    free_.pop_back();
    Cell& cell = *cells_[index];
    cell.used = true;
    return static_cast<Handle>(cell.generation) << 32 | index;
  }
  T* find(Handle handle) {
    const auto index = static_cast<uint32_t>(handle);
    if (index >= cells_.size()) return nullptr;
    Cell& cell = *cells_[index];
    return cell.used && cell.generation == handle >> 32 ? &cell.value : nullptr;
  }
  void release(Handle handle) {
    Cell& cell = *cells_[static_cast<uint32_t>(handle)];
    CHECK(cell.used && cell.generation == handle >> 32);
    cell.used = false;
    ++cell.generation;
    free_.push_back(static_cast<uint32_t>(handle));
  }
  size_t size() const { return cells_.size() - free_.size(); }
  size_t capacity() const { return capacity_; }

 private:
  struct Cell {
    T value{};
    uint32_t generation = 1;
    bool used = false;
  };
  void grow() {
    cells_.reserve(cells_.size() * 2 + 16);
    free_.reserve(cells_.capacity());
  }

  size_t capacity_;
  std::vector<std::unique_ptr<Cell>> cells_;
  std::vector<uint32_t> free_;
};

}  // namespace weir
