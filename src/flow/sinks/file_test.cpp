// Tests of files as sinks: rotation, reopening, and a disk that is full.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <csignal>
#include <fstream>
#include <sstream>

#include "base/unique_fd.h"
#include "flow/catalogue.h"
#include "kit/observations.h"
#include "kit/temporary.h"

namespace weir::flow {
namespace {

metrics::Registry registry;

std::string content(const std::string& path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}
size_t lines(const std::string& path) {
  const std::string text = content(path);
  return static_cast<size_t>(std::count(text.begin(), text.end(), '\n'));
}

struct FileTest : ::testing::Test {
  void open(Rotation rotation = {}) {
    FileSinkSettings settings{.name = "lines", .path = path, .format = Format::kText};
    settings.rotation = rotation;
    auto made = make_sink(settings, {}, registry);
    ASSERT_TRUE(made) << made.error().what;
    sink = *std::move(made);
  }
  Status deliver(size_t count) {
    model::BatchBuilder builder(0, count, 1 << 20);
    const kit::Seen seen("example.org");
    for (size_t i = 0; i < count; ++i) builder.add(seen.observation);
    return sink->deliver(*builder.seal());
  }
  void write(size_t count) {
    ASSERT_TRUE(deliver(count));
    ASSERT_TRUE(sink->settle());
  }

  const kit::TemporaryFolder folder;
  const std::string path = folder / "sub/lines.txt";
  std::unique_ptr<Sink> sink;
};

TEST_F(FileTest, appends_whole_lines) {
  open();
  write(3);
  open();
  write(2);
  EXPECT_EQ(lines(path), 5U);
}

TEST_F(FileTest, half_a_line_of_one_that_was_killed_stays_alone) {
  std::filesystem::create_directories(folder / "sub");
  std::ofstream(path) << "whole\nhalf a li";
  open();
  write(1);
  EXPECT_TRUE(content(path).starts_with("whole\nhalf a li\n2023-")) << content(path);
}

TEST_F(FileTest, reopens_when_asked_after_others_moved_the_file) {
  open();
  write(1);
  std::filesystem::rename(path, path + ".moved");
  write(1);
  EXPECT_EQ(lines(path + ".moved"), 2U);
  sink->reopen();
  write(1);
  EXPECT_EQ(lines(path), 1U);
}

TEST_F(FileTest, rotates_by_size_and_keeps_as_many_as_it_may) {
  open({.octets = 1000, .keep = 2});
  for (size_t i = 1; i <= 6; ++i) {
    write(20);
    EXPECT_TRUE(sink->tend(wall_time(1)));
  }
  EXPECT_EQ(content(path), "");
  EXPECT_EQ(lines(path + ".1"), 20U);
  EXPECT_EQ(lines(path + ".2"), 20U);
  EXPECT_FALSE(std::filesystem::exists(path + ".3"));
}

TEST_F(FileTest, rotates_by_age_but_never_an_empty_file) {
  open({.age = 1h});
  EXPECT_TRUE(sink->tend(wall_time(0) + 1h));
  EXPECT_TRUE(sink->tend(wall_time(0) + 3h));
  EXPECT_FALSE(std::filesystem::exists(path + ".1"));
  write(1);
  EXPECT_TRUE(sink->tend(wall_time(0) + 4h));
  EXPECT_EQ(lines(path + ".1"), 1U);
  write(2);
  EXPECT_TRUE(sink->tend(wall_time(0) + 4h + 30min));
  EXPECT_EQ(lines(path), 2U);
}

TEST_F(FileTest, a_full_disk_is_an_error_that_may_pass_and_leaves_no_torn_line) {
  open();
  write(10);
  const size_t before = content(path).size();
  rlimit usual{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &usual), 0);
  std::signal(SIGXFSZ, SIG_IGN);
  const rlimit tight{.rlim_cur = before + 150, .rlim_max = usual.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &tight), 0);
  Status outcome = deliver(100);
  if (outcome) outcome = sink->settle();
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &usual), 0);
  ASSERT_FALSE(outcome);
  EXPECT_TRUE(outcome.error().retry);
  EXPECT_EQ(content(path).size(), before);
  write(100);
  EXPECT_EQ(lines(path), 110U);
}

TEST(FileSink, a_reader_that_has_gone_will_not_come_back) {
  std::signal(SIGPIPE, SIG_IGN);
  const kit::TemporaryFolder folder;
  const std::string path = folder / "pipe";
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  UniqueFd reader(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  auto sink = make_sink(FileSinkSettings{.name = "lines", .path = path}, {}, registry);
  ASSERT_TRUE(sink);
  reader.reset();
  model::BatchBuilder builder(0, 1, 1024);
  const kit::Seen seen("example.org");
  builder.add(seen.observation);
  ASSERT_TRUE((*sink)->deliver(*builder.seal()));
  const Status outcome = (*sink)->settle();
  ASSERT_FALSE(outcome);
  EXPECT_FALSE(outcome.error().retry);
}

TEST(FileSink, a_pipe_that_nobody_empties_is_an_error_that_may_pass_and_no_line_is_torn) {
  const kit::TemporaryFolder folder;
  const std::string path = folder / "pipe";
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  const UniqueFd reader(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  auto sink = make_sink(FileSinkSettings{.name = "lines", .path = path}, {}, registry);
  ASSERT_TRUE(sink);
  model::BatchBuilder builder(0, 2000, 1 << 20);
  const kit::Seen seen("example.org");
  for (int i = 0; i < 2000; ++i) builder.add(seen.observation);
  const auto batch = builder.seal();
  Status outcome = (*sink)->deliver(*batch);
  if (outcome) outcome = (*sink)->settle();
  ASSERT_FALSE(outcome);
  EXPECT_TRUE(outcome.error().retry);

  std::string heard;
  char buffer[65536];
  const auto empty = [&] {
    for (ssize_t n = 0; (n = ::read(reader.get(), buffer, sizeof buffer)) > 0;)
      heard.append(buffer, static_cast<size_t>(n));
  };
  empty();
  EXPECT_NE(heard.back(), '\n');  // it was cut in a line
  model::BatchBuilder again(0, 1, 1 << 20);
  again.add(seen.observation);
  ASSERT_TRUE((*sink)->deliver(*again.seal()));
  ASSERT_TRUE((*sink)->settle());
  const size_t cut = heard.size();
  empty();
  EXPECT_EQ(heard[cut], '\n');
  EXPECT_EQ(heard.back(), '\n');
}

TEST(FileSink, a_pipe_without_a_reader_does_not_keep_the_start) {
  const kit::TemporaryFolder folder;
  const std::string path = folder / "pipe";
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  EXPECT_FALSE(make_sink(FileSinkSettings{.name = "lines", .path = path}, {}, registry));
}

}  // namespace
}  // namespace weir::flow
