// XXH3, compiled into this file only.
#include "base/hash.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace weir {

uint64_t hash64(Bytes bytes, uint64_t seed) noexcept {
  return XXH3_64bits_withSeed(bytes.data(), bytes.size(), seed);
}

Hash128 hash128(Bytes bytes, uint64_t seed) noexcept {
  const XXH128_hash_t hash = XXH3_128bits_withSeed(bytes.data(), bytes.size(), seed);
  return {hash.low64, hash.high64};
}

}  // namespace weir
