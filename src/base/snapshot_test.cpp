// Tests of published values: readers see whole values, the newest, and keep what they hold alive.
#include "base/snapshot.h"

#include <gtest/gtest.h>

#include <thread>

namespace weir {
namespace {

struct Pair {
  int left = 0;
  int right = 0;
};

std::shared_ptr<const Pair> pair(int value) {
  return std::make_shared<const Pair>(Pair{value, -value});
}

TEST(Snapshot, readers_see_what_was_published_last) {
  Snapshot<Pair> snapshot(pair(1));
  SnapshotReader<Pair> reader(snapshot);
  EXPECT_EQ(reader.get().left, 1);
  snapshot.publish(pair(2));
  snapshot.publish(pair(3));
  EXPECT_EQ(reader.get().left, 3);
  EXPECT_EQ(snapshot.read()->left, 3);
}

TEST(Snapshot, a_reader_does_not_fetch_twice) {
  Snapshot<Pair> snapshot(pair(1));
  SnapshotReader<Pair> reader(snapshot);
  const Pair* const first = &reader.get();
  EXPECT_EQ(&reader.get(), first);
}

TEST(Snapshot, an_old_value_lives_as_long_as_someone_holds_it) {
  Snapshot<Pair> snapshot(pair(1));
  const std::weak_ptr<const Pair> old = snapshot.read();
  {
    const auto held = snapshot.read();
    snapshot.publish(pair(2));
    EXPECT_EQ(held->left, 1);
  }
  EXPECT_TRUE(old.expired());
}

TEST(Snapshot, no_reader_sees_half_a_value_or_goes_back) {
  Snapshot<Pair> snapshot(pair(0));
  std::thread writer([&] {
    for (int i = 1; i <= 20'000; ++i) snapshot.publish(pair(i));
  });
  SnapshotReader<Pair> reader(snapshot);
  int last = 0;
  while (last < 20'000) {
    const Pair& now = reader.get();
    ASSERT_EQ(now.left, -now.right);
    ASSERT_GE(now.left, last);
    last = now.left;
  }
  writer.join();
}

}  // namespace
}  // namespace weir
