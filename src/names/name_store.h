// Many names, each once, close together: the octets of a name, how many want it, and what its owner
// strings on it.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "base/bytes.h"
#include "base/containers/index.h"
#include "proto/dns/name.h"

namespace weir::names {

/// A name's number; 0 is none.
using NameId = uint32_t;

class NameStore {
 public:
  explicit NameStore(uint64_t seed) : seed_(seed) { blocks_.emplace_back(); }

  /// `name` is folded wire.
  NameId find(Bytes name) const { return find(name, hash(name)); }
  /// Finds or makes it; wanted once more.
  NameId take(Bytes name);
  /// Wanted once less; forgotten when nobody wants it.
  void give(NameId id);

  /// What `give` will touch, to be prefetched: the name first, then its place in the index.
  const void* address(NameId id) const { return head(id); }
  const void* place(NameId id) const { return index_.place(hash(wire(id))); }

  Bytes wire(NameId id) const;
  /// The owner's: where the list of those that want the name begins; 0 at first.
  uint32_t& first_use(NameId id) { return head(id)->first_use; }
  uint32_t first_use(NameId id) const { return head(id)->first_use; }
  size_t size() const { return size_; }

 private:
  // Names are counted in units of eight octets, and of one size are kept together when free.
  static constexpr size_t kUnit = 8;
  static constexpr size_t kBlockUnits = 8192;
  struct Head {
    uint32_t wanted;  // of a free one: the next free one of its size
    uint32_t first_use;
    uint8_t size;
  };
  static constexpr size_t kHead = 9;  // octets of a head before those of the name
  static size_t units(size_t octets) { return (kHead + octets + kUnit - 1) / kUnit; }
  static constexpr size_t kSizes = (kHead + dns::kMaxName) / kUnit + 2;

  uint64_t hash(Bytes name) const;
  NameId find(Bytes name, uint64_t hash) const;
  Head* head(NameId id) const;
  NameId allocate(size_t octets);

  uint64_t seed_;
  Index index_;
  std::vector<std::unique_ptr<uint8_t[]>> blocks_;
  std::array<NameId, kSizes> free_{};
  size_t used_ = kBlockUnits;  // units of the newest block; number 0 lies in one that is not there
  size_t size_ = 0;
};

}  // namespace weir::names
