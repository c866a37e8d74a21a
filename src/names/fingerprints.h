// A table from names to small numbers that keeps 64 bits of a keyed hash instead of the name: 18
// octets a name, whatever its length. docs/decisions/names-by-fingerprint.md weighs the risk.
#pragma once

#include <cstdint>
#include <vector>

#include "base/bytes.h"

namespace weir::names {

class Fingerprints {
 public:
  /// Room for `most` names.
  Fingerprints(size_t most, uint64_t seed);

  /// Where a name would stand, and what tells it from others there.
  struct Key {
    uint64_t place;
    uint64_t print;
  };
  Key key(Bytes name) const;
  /// Asks the memory for the place, so that it is there when it is looked at.
  void prefetch(const Key& key) const { __builtin_prefetch(&prints_[key.place]); }
  /// The same for a name that is to be put there.
  void prefetch_to_write(const Key& key) {
    __builtin_prefetch(&prints_[key.place], 1);
    __builtin_prefetch(&numbers_[key.place], 1);
  }
  /// The number of the name; null when it is not there.
  const uint32_t* find(const Key& key) const;
  /// The same, made with the number 0 when it is not there.
  uint32_t& at(const Key& key);

  size_t size() const { return size_; }
  size_t octets() const { return prints_.size() * (sizeof(uint64_t) + sizeof(uint32_t)); }

 private:
  size_t slot(const Key& key) const;

  uint64_t seed_;
  size_t size_ = 0;
  std::vector<uint64_t> prints_;  // 0: free
  std::vector<uint32_t> numbers_;
};

}  // namespace weir::names
