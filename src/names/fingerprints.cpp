// Open addressing with linear probes, filled once and never grown.
#include "names/fingerprints.h"

#include "base/check.h"
#include "base/hash.h"

namespace weir::names {

Fingerprints::Fingerprints(size_t most, uint64_t seed)
    : seed_(seed), prints_(most + most / 2 + 1), numbers_(prints_.size()) {}

Fingerprints::Key Fingerprints::key(Bytes name) const {
  const Hash128 hash = hash128(name, seed_);
  const auto place = static_cast<unsigned __int128>(hash.high) * prints_.size() >> 64;
  return {static_cast<uint64_t>(place), hash.low == 0 ? 1 : hash.low};
}

size_t Fingerprints::slot(const Key& key) const {
  size_t at = key.place;
  while (prints_[at] != 0 && prints_[at] != key.print) at = at + 1 == prints_.size() ? 0 : at + 1;
  return at;
}

const uint32_t* Fingerprints::find(const Key& key) const {
  const size_t at = slot(key);
  return prints_[at] == 0 ? nullptr : &numbers_[at];
}

uint32_t& Fingerprints::at(const Key& key) {
  const size_t at = slot(key);
  if (prints_[at] == 0) {
    CHECK(size_ + 1 < prints_.size());
    prints_[at] = key.print;
    ++size_;
  }
  return numbers_[at];
}

}  // namespace weir::names
