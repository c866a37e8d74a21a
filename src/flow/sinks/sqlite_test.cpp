// Tests of the embedded store as a sink: groups are whole or not there.
#include <gtest/gtest.h>

#include "flow/catalogue.h"
#include "flow/store/reader.h"
#include "kit/observations.h"
#include "kit/temporary.h"
#include "sqlite/database.h"

namespace weir::flow {
namespace {

metrics::Registry registry;

struct SqliteTest : ::testing::Test {
  void SetUp() override {
    auto made = make_sink(
        SqliteSinkSettings{
            .name = "store", .path = path, .retention = {.age = Duration::zero(), .octets = 0}},
        {}, registry);
    ASSERT_TRUE(made) << made.error().what;
    sink = *std::move(made);
  }
  Status deliver(size_t count) {
    model::BatchBuilder builder(0, count, 1 << 20);
    const kit::Seen seen("example.org");
    for (size_t i = 0; i < count; ++i) builder.add(seen.observation);
    return sink->deliver(*builder.seal());
  }
  uint64_t rows() {
    auto reader = StoreReader::open(path);
    return reader ? (*reader)->count().value_or(0) : 0;
  }

  const kit::TemporaryFolder folder;
  const std::string path = folder / "a.db";
  std::unique_ptr<Sink> sink;
};

TEST_F(SqliteTest, what_was_delivered_lasts_from_its_settling) {
  ASSERT_TRUE(deliver(100));
  ASSERT_TRUE(deliver(50));
  EXPECT_EQ(rows(), 0U);
  ASSERT_TRUE(sink->settle());
  EXPECT_EQ(rows(), 150U);
  ASSERT_TRUE(sink->settle()) << "nothing to settle is no error";
}

TEST_F(SqliteTest, N01_a_gap_is_settled_with_the_rows) {
  ASSERT_TRUE(sink->note({wall_time(1), wall_time(2), "source edge", "tap", "ring_full", 3}));
  ASSERT_TRUE(sink->settle());
  auto reader = StoreReader::open(path);
  EXPECT_EQ((*reader)->gaps(9)->size(), 1U);
}

TEST_F(SqliteTest, a_store_has_one_writer_at_a_time) {
  const SqliteSinkSettings settings{.name = "second", .path = path};
  const auto second = make_sink(settings, {}, registry);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().what, "open " + path + ": another weir writes this store");
  ASSERT_TRUE(deliver(5));
  ASSERT_TRUE(sink->settle());
  sink.reset();
  EXPECT_TRUE(make_sink(settings, {}, registry));
}

TEST_F(SqliteTest, a_store_that_was_deleted_is_begun_anew) {
  ASSERT_TRUE(deliver(5));
  ASSERT_TRUE(sink->settle());
  for (const char* ending : {"", "-wal", "-shm", ".lock"}) std::filesystem::remove(path + ending);
  EXPECT_TRUE(sink->tend(wall_time(1)));
  ASSERT_TRUE(deliver(3));
  ASSERT_TRUE(sink->settle());
  EXPECT_EQ(rows(), 3U);
}

TEST_F(SqliteTest, another_writer_in_the_way_is_an_error_that_passes) {
  auto other = sqlite::Database::open(path);
  ASSERT_TRUE(other->execute("BEGIN IMMEDIATE"));
  const Status blocked = deliver(10);
  ASSERT_FALSE(blocked);
  EXPECT_TRUE(blocked.error().retry);
  ASSERT_TRUE(other->execute("ROLLBACK"));
  ASSERT_TRUE(deliver(10));
  ASSERT_TRUE(sink->settle());
  EXPECT_EQ(rows(), 10U);
}

TEST_F(SqliteTest, after_a_failure_nothing_of_the_group_is_there) {
  ASSERT_TRUE(deliver(10));
  ASSERT_TRUE(sink->settle());
  ASSERT_TRUE(deliver(5));
  sink.reset();  // as a crash would: the open transaction is undone
  EXPECT_EQ(rows(), 10U);
}

}  // namespace
}  // namespace weir::flow
