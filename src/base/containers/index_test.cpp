// Tests of the index against a map, with hashes that meet.
#include "base/containers/index.h"

#include <gtest/gtest.h>

#include <map>

#include "base/random.h"

namespace weir {
namespace {

TEST(Index, agrees_with_a_map_while_numbers_come_and_go) {
  SeededRandom random(3);
  Index index;
  std::map<uint32_t, uint64_t> there;  // number to hash
  for (int step = 0; step < 200'000; ++step) {
    const auto id = static_cast<uint32_t>(1 + random.below(3000));
    const auto known = there.find(id);
    if (known != there.end()) {
      index.erase(known->second, id);
      there.erase(known);
      continue;
    }
    // Few parts and few tags, so that runs are long and wrap around.
    const uint64_t hash = random.below(2) << 60 | (random.below(40) << 26) % 0xffffffff;
    index.insert(hash, id);
    there[id] = hash;
    EXPECT_EQ(index.find(hash, [&](uint32_t found) { return found == id; }), id);
  }
  for (uint32_t id = 1; id <= 3000; ++id) {
    const auto known = there.find(id);
    const uint64_t hash = known == there.end() ? 0 : known->second;
    const uint32_t found = index.find(hash, [&](uint32_t seen) { return seen == id; });
    EXPECT_EQ(found, known == there.end() ? 0 : id);
  }
}

TEST(Index, an_empty_one_finds_nothing) {
  EXPECT_EQ(Index().find(1, [](uint32_t) { return true; }), 0U);
}

}  // namespace
}  // namespace weir
