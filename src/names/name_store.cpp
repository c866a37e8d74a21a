// Names in blocks of equal size, cut into pieces that are used again by names of the same length.
#include "names/name_store.h"

#include <cstring>

#include "base/check.h"
#include "base/hash.h"

namespace weir::names {

uint64_t NameStore::hash(Bytes name) const { return hash64(name, seed_); }

NameStore::Head* NameStore::head(NameId id) const {
  return reinterpret_cast<Head*>(&blocks_[id / kBlockUnits][id % kBlockUnits * kUnit]);
}

Bytes NameStore::wire(NameId id) const {
  const Head* at = head(id);
  return {reinterpret_cast<const uint8_t*>(at) + kHead, at->size};
}

NameId NameStore::find(Bytes name, uint64_t hash) const {
  return index_.find(hash, [&](NameId id) { return equal(wire(id), name); });
}

NameId NameStore::take(Bytes name) {
  const uint64_t under = hash(name);
  NameId id = find(name, under);
  if (id == 0) {
    id = allocate(name.size());
    *head(id) = {0, 0, static_cast<uint8_t>(name.size())};
    std::memcpy(reinterpret_cast<uint8_t*>(head(id)) + kHead, name.data(), name.size());
    index_.insert(under, id);
    ++size_;
  }
  ++head(id)->wanted;
  return id;
}

void NameStore::give(NameId id) {
  Head* at = head(id);
  CHECK(at->wanted != 0);
  if (--at->wanted != 0) return;
  index_.erase(hash(wire(id)), id);
  --size_;
  NameId& free = free_[units(at->size)];
  at->wanted = free;
  free = id;
}

NameId NameStore::allocate(size_t octets) {
  const size_t wanted = units(octets);
  if (const NameId id = free_[wanted]; id != 0) {
    free_[wanted] = head(id)->wanted;
    return id;
  }
  if (used_ + wanted > kBlockUnits) {
    blocks_.push_back(std::make_unique<uint8_t[]>(kBlockUnits * kUnit));
    used_ = 0;
  }
  const size_t at = (blocks_.size() - 1) * kBlockUnits + used_;
  used_ += wanted;
  return static_cast<NameId>(at);
}

}  // namespace weir::names
