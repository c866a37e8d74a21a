// Objects of one kind in blocks, known by small numbers: nothing moves when there are more of them,
// and memory is what is used.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "base/check.h"

namespace weir {

/// `T` is plain data. The number 0 is nobody's.
template <typename T>
class Pool {
 public:
  /// A new object, as `T{}`.
  uint32_t take() {
    uint32_t id;
    if (!free_.empty()) {
      id = free_.back();
      free_.pop_back();
    } else {
      id = next_++;
      if (id / kBlock == blocks_.size()) blocks_.push_back(std::make_unique<T[]>(kBlock));
    }
    (*this)[id] = T{};
    return id;
  }
  void give(uint32_t id) { free_.push_back(id); }
  T& operator[](uint32_t id) { return blocks_[id / kBlock][id % kBlock]; }
  const T& operator[](uint32_t id) const { return blocks_[id / kBlock][id % kBlock]; }
  /// How many are in use.
  size_t size() const { return next_ - 1 - free_.size(); }
  /// Numbers in use are below.
  uint32_t end() const { return next_; }

 private:
  static constexpr uint32_t kBlock = 1024;
  std::vector<std::unique_ptr<T[]>> blocks_ = first_block();
  std::vector<uint32_t> free_;
  uint32_t next_ = 1;

  static std::vector<std::unique_ptr<T[]>> first_block() {
    std::vector<std::unique_ptr<T[]>> blocks;
    blocks.push_back(std::make_unique<T[]>(kBlock));
    return blocks;
  }
};

}  // namespace weir
