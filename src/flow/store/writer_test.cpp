// Tests of writing the store: transactions, retention, and a writer that is killed.
#include "flow/store/writer.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "flow/store/reader.h"
#include "flow/store/schema.h"
#include "kit/observations.h"
#include "kit/temporary.h"

namespace weir::flow {
namespace {

constexpr int64_t kStart = 1'700'000'000'000'000'000;
constexpr int64_t kSecond = 1'000'000'000;

std::unique_ptr<StoreWriter> open(const std::string& path, Retention retention = {Duration(0), 0},
                                  bool raw = false) {
  auto writer = StoreWriter::open(path, retention, raw);
  EXPECT_TRUE(writer) << (writer ? "" : writer.error().what);
  return writer ? *std::move(writer) : nullptr;
}

void add_rows(StoreWriter& writer, int64_t count, int64_t first_time, int64_t step) {
  kit::Seen seen("www.example.org");
  for (int64_t i = 0; i < count; ++i) {
    seen.observation.query_time = wall_time(first_time + i * step);
    ASSERT_TRUE(writer.add(seen.observation));
    if (i % 1000 == 999) {
      ASSERT_TRUE(writer.commit());
    }
  }
  ASSERT_TRUE(writer.commit());
}

int64_t number(const std::string& path, std::string_view sql) {
  auto database = sqlite::Database::open_read_only(path);
  return database ? database->number(sql).value_or(-1) : -2;
}

TEST(StoreWriter, rows_appear_with_their_commit_and_not_before) {
  const kit::TemporaryFolder folder;
  const std::string path = folder / "a.db";
  const auto writer = open(path);
  const kit::Seen seen("www.example.org");
  ASSERT_TRUE(writer->add(seen.observation));
  EXPECT_EQ(number(path, "SELECT count(*) FROM queries"), 0);
  ASSERT_TRUE(writer->commit());
  EXPECT_EQ(number(path, "SELECT count(*) FROM queries"), 1);
}

TEST(StoreWriter, a_roll_back_leaves_rows_blocks_and_numbers_as_they_were) {
  const kit::TemporaryFolder folder;
  const std::string path = folder / "a.db";
  const auto writer = open(path);
  add_rows(*writer, 10, kStart, 1);
  const kit::Seen seen("www.example.org");
  for (int64_t i = 0; i < 2 * kBlockRows; ++i) ASSERT_TRUE(writer->add(seen.observation));
  writer->roll_back();
  add_rows(*writer, 5, kStart + kSecond, 1);
  EXPECT_EQ(number(path, "SELECT count(*) FROM queries"), 15);
  EXPECT_EQ(number(path, "SELECT max(id) FROM queries"), 15);
  EXPECT_EQ(number(path, "SELECT sum(last_id - first_id + 1) FROM blocks"), 15);
  EXPECT_EQ(number(path, "SELECT max_time FROM blocks"), kStart + kSecond + 4);
}

TEST(StoreWriter, blocks_cover_all_rows_and_a_new_writer_goes_on) {
  const kit::TemporaryFolder folder;
  const std::string path = folder / "a.db";
  add_rows(*open(path), kBlockRows + 100, kStart, 1);
  add_rows(*open(path), kBlockRows, kStart + kSecond, 1);
  EXPECT_EQ(number(path, "SELECT count(*) FROM blocks"), 3);
  EXPECT_EQ(number(path,
                   "SELECT count(*) FROM queries q JOIN blocks b ON q.id BETWEEN b.first_id "
                   "AND b.last_id AND q.time BETWEEN b.min_time AND b.max_time"),
            2 * kBlockRows + 100);
}

TEST(StoreWriter, raw_messages_are_kept_only_when_asked_for) {
  const kit::TemporaryFolder folder;
  kit::Seen seen("www.example.org");
  seen.answer();
  for (const bool raw : {false, true}) {
    const std::string path = folder / (raw ? "raw.db" : "plain.db");
    const auto writer = open(path, {Duration(0), 0}, raw);
    ASSERT_TRUE(writer->add(seen.observation));
    ASSERT_TRUE(writer->commit());
    EXPECT_EQ(number(path, "SELECT coalesce(length(query) + length(response), 0) FROM queries"),
              raw ? static_cast<int64_t>(seen.query.size() + seen.response.size()) : 0);
  }
}

TEST(StoreWriter, retention_by_age_deletes_old_blocks_in_bounded_steps) {
  const kit::TemporaryFolder folder;
  const std::string path = folder / "a.db";
  const auto writer = open(path, {1h, 0});
  add_rows(*writer, 20 * kBlockRows, kStart, 1000);
  ASSERT_TRUE(writer->add({wall_time(kStart), wall_time(kStart), "source edge", "tap", "x", 1}));
  ASSERT_TRUE(writer->commit());
  const WallTime later = wall_time(kStart) + 2h;
  ASSERT_TRUE(writer->retain(later));
  const int64_t after_one = number(path, "SELECT count(*) FROM queries");
  EXPECT_LT(after_one, 20 * kBlockRows);
  EXPECT_GT(after_one, 10 * kBlockRows) << "one step is bounded";
  for (int i = 0; i < 10; ++i) ASSERT_TRUE(writer->retain(later));
  EXPECT_EQ(number(path, "SELECT count(*) FROM queries"), kBlockRows) << "the last block grows";
  EXPECT_EQ(number(path, "SELECT count(*) FROM gaps"), 0);
  add_rows(*writer, 1, kStart, 1);
  EXPECT_EQ(number(path, "SELECT count(*) FROM queries"), kBlockRows + 1);
}

TEST(StoreWriter, retention_by_size_keeps_the_file_under_its_bound) {
  const kit::TemporaryFolder folder;
  const std::string path = folder / "a.db";
  constexpr uint64_t kBound = 4 << 20;
  const auto writer = open(path, {Duration(0), kBound});
  kit::Seen seen("a-name-of-some-length.www.example.org");
  for (int64_t group = 0; group < 60; ++group) {
    for (int64_t i = 0; i < 4096; ++i) {
      seen.observation.query_time = wall_time(kStart + group * kSecond + i);
      ASSERT_TRUE(writer->add(seen.observation));
    }
    ASSERT_TRUE(writer->commit());
    ASSERT_TRUE(writer->retain(wall_time(kStart)));
  }
  EXPECT_LE(number(path, "PRAGMA page_count") * 4096, static_cast<int64_t>(kBound));
  EXPECT_GT(number(path, "SELECT count(*) FROM queries"), 20'000) << "and not emptier than needed";
  EXPECT_EQ(number(path, "SELECT max(id) FROM queries"), 60 * 4096) << "the newest stay";
}

TEST(StoreWriter, a_lowered_bound_shrinks_the_file) {
  const kit::TemporaryFolder folder;
  const std::string path = folder / "a.db";
  add_rows(*open(path), 200'000, kStart, 1);
  const int64_t before = number(path, "PRAGMA page_count");
  const auto writer = open(path, {Duration(0), 4 << 20});
  for (int i = 0; i < 100; ++i) ASSERT_TRUE(writer->retain(wall_time(kStart)));
  EXPECT_LE(number(path, "PRAGMA page_count") * 4096, 4 << 20);
  EXPECT_LT(number(path, "PRAGMA page_count"), before);
}

/// Writes transactions of 100 rows for ever, saying each commit to the pipe.
[[noreturn]] void write_until_killed(const std::string& path, int pipe) {
  auto writer = StoreWriter::open(path, {Duration(0), 0}, false);
  if (!writer) ::_exit(1);
  const kit::Seen seen("www.example.org");
  for (uint32_t done = 1;; ++done) {
    for (int i = 0; i < 100; ++i)
      if (!(*writer)->add(seen.observation)) ::_exit(2);
    if (!(*writer)->commit()) ::_exit(3);
    if (::write(pipe, &done, sizeof done) != sizeof done) ::_exit(4);
  }
}

TEST(StoreWriter, a_killed_writer_leaves_whole_transactions_and_all_it_had_committed) {
  const kit::TemporaryFolder folder;
  const std::string path = folder / "a.db";
  uint32_t committed = 0;
  for (const uint32_t until : {3U, 50U, 211U}) {
    int ends[2];
    ASSERT_EQ(::pipe(ends), 0);
    const pid_t child = ::fork();
    if (child == 0) write_until_killed(path, ends[1]);
    ::close(ends[1]);
    uint32_t said = 0;
    while (said < until) ASSERT_EQ(::read(ends[0], &said, sizeof said), int{sizeof said});
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    while (::read(ends[0], &said, sizeof said) == int{sizeof said}) {
    }
    ::close(ends[0]);
    committed += said;
    const auto writer = open(path);
    ASSERT_NE(writer, nullptr);
    const int64_t rows = number(path, "SELECT count(*) FROM queries");
    EXPECT_EQ(rows % 100, 0);
    EXPECT_GE(rows, 100 * static_cast<int64_t>(committed));
    EXPECT_LE(rows, 100 * static_cast<int64_t>(committed) + 100);
    EXPECT_EQ(rows, number(path, "SELECT sum(last_id - first_id + 1) FROM blocks"));
    committed = static_cast<uint32_t>(rows / 100);
  }
}

}  // namespace
}  // namespace weir::flow
