// The table of keys against the standard one.
#include "edge/upstreams/key_map.h"

#include <gtest/gtest.h>

#include <unordered_map>

#include "base/random.h"

namespace weir::edge::upstreams {
namespace {

TEST(KeyMap, finds_what_was_put_in_and_nothing_else) {
  KeyMap map;
  EXPECT_FALSE(map.has(0));
  map.insert(0, 7);
  EXPECT_EQ(map.find(0), 7u);
  EXPECT_FALSE(map.has(1));
  map.erase(1);
  map.erase(0);
  EXPECT_FALSE(map.has(0));
  EXPECT_EQ(map.size(), 0u);
}

TEST(KeyMap, agrees_with_the_standard_map_through_growth_and_erasure) {
  SeededRandom random(3);
  KeyMap map;
  std::unordered_map<uint64_t, uint32_t> model;
  for (uint32_t step = 0; step < 200000; ++step) {
    const uint64_t key = random.below(5000) * (step % 2 == 0 ? 1 : uint64_t{1} << 40);
    if (model.contains(key)) {
      map.erase(key);
      model.erase(key);
    } else {
      map.insert(key, step);
      model[key] = step;
    }
    const uint64_t other = random.below(5000);
    ASSERT_EQ(map.find(other), model.contains(other) ? model[other] : KeyMap::kNone);
  }
  ASSERT_EQ(map.size(), model.size());
  for (const auto& [key, value] : model) ASSERT_EQ(map.find(key), value);
}

}  // namespace
}  // namespace weir::edge::upstreams
