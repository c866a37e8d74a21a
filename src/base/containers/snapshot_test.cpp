// Tests of snapshots: readers see whole values, the newest once it is there, and keep what they
// look at alive.
#include "base/containers/snapshot.h"

#include <gtest/gtest.h>

#include <array>
#include <thread>
#include <vector>

namespace weir {
namespace {

using Numbers = std::array<uint64_t, 64>;

std::shared_ptr<const Numbers> all(uint64_t value) {
  auto numbers = std::make_shared<Numbers>();
  numbers->fill(value);
  return numbers;
}

TEST(Snapshot, is_empty_before_the_first_value) {
  Snapshot<Numbers> snapshot;
  Snapshot<Numbers>::Reader reader(snapshot);
  EXPECT_EQ(snapshot.get(), nullptr);
  EXPECT_EQ(reader.look(), nullptr);
  snapshot.publish(all(1));
  EXPECT_EQ(snapshot.get()->front(), 1U);
  EXPECT_EQ(reader.look()->front(), 1U);
}

TEST(Snapshot, a_reader_keeps_what_it_saw_until_it_looks_again) {
  Snapshot<Numbers> snapshot(all(1));
  Snapshot<Numbers>::Reader reader(snapshot);
  const std::weak_ptr<const Numbers> first = snapshot.get();
  const Numbers* seen = reader.look();
  snapshot.publish(all(2));
  EXPECT_EQ(seen->front(), 1U);
  EXPECT_FALSE(first.expired());
  EXPECT_EQ(reader.look()->front(), 2U);
  EXPECT_TRUE(first.expired());
}

TEST(Snapshot, readers_see_whole_values_in_order_while_the_owner_replaces_them) {
  constexpr uint64_t kLast = 2000;
  Snapshot<Numbers> snapshot(all(0));
  const auto watch = [&snapshot] {
    Snapshot<Numbers>::Reader reader(snapshot);
    for (uint64_t before = 0; before < kLast;) {
      const Numbers& seen = *reader.look();
      EXPECT_GE(seen.front(), before);
      EXPECT_EQ(seen.front(), seen.back());
      before = seen.front();
    }
  };
  std::thread one(watch);
  std::thread two(watch);
  for (uint64_t value = 1; value <= kLast; ++value) snapshot.publish(all(value));
  one.join();
  two.join();
}

}  // namespace
}  // namespace weir
