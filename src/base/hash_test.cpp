// Tests of the hash: the same for the same octets, and another one for another seed.
#include "base/hash.h"

#include <gtest/gtest.h>

#include <set>

namespace weir {
namespace {

TEST(Hash, is_xxh3_of_the_octets) {
  // XXH3's own value for no octets and no seed: what is stored on disk may rely on it.
  EXPECT_EQ(hash64({}), 0x2d06800538d394c2U);
  EXPECT_EQ(hash64(as_bytes("example")), hash64(as_bytes("example")));
}

TEST(Hash, octets_and_seeds_tell_apart) {
  std::set<uint64_t> seen;
  Octets octets;
  for (int size = 0; size < 300; ++size) {
    EXPECT_TRUE(seen.insert(hash64(octets)).second) << size;
    EXPECT_TRUE(seen.insert(hash64(octets, 1)).second) << size;
    octets.push_back(0);
  }
}

TEST(Hash, both_halves_of_a_long_hash_depend_on_octets_and_seed) {
  std::set<uint64_t> seen;
  Octets octets;
  for (int size = 0; size < 300; ++size) {
    for (const uint64_t seed : {0, 1}) {
      const Hash128 hash = hash128(octets, seed);
      EXPECT_EQ(hash, hash128(octets, seed));
      EXPECT_TRUE(seen.insert(hash.low).second) << size;
      EXPECT_TRUE(seen.insert(hash.high).second) << size;
    }
    octets.push_back(0);
  }
}

}  // namespace
}  // namespace weir
