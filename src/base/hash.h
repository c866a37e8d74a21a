// One 64-bit hash of octets for every table (XXH3), with a seed where strangers choose the keys.
#pragma once

#include <cstdint>

#include "base/bytes.h"

namespace weir {

uint64_t hash64(Bytes bytes, uint64_t seed = 0) noexcept;

struct Hash128 {
  uint64_t low;
  uint64_t high;
  bool operator==(const Hash128&) const = default;
};
/// For tables that keep the hash in the place of the octets.
Hash128 hash128(Bytes bytes, uint64_t seed = 0) noexcept;

}  // namespace weir
