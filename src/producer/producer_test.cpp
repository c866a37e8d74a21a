// The handle: off by default, opened on files and sockets, moved, closed, left behind by a fork.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "base/bytes.h"
#include "kit/temporary.h"
#include "proto/dnstap/frames.h"
#include "weir/dnstap.h"

namespace weir::tap {
namespace {

size_t count_of(const char* folder) {
  return static_cast<size_t>(std::distance(std::filesystem::directory_iterator(folder), {}));
}

Octets contents_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

TEST(Producer, E01_is_off_unless_it_is_opened) {
  const size_t threads = count_of("/proc/self/task"), files = count_of("/proc/self/fd");
  Producer off;
  EXPECT_EQ(off.log({}), Outcome::kClosed);
  EXPECT_EQ(off.client_query({}, {}, Protocol::kUdp, {}), Outcome::kClosed);
  EXPECT_EQ(off.client_response({}, {}, Protocol::kUdp, {}, {}, {}), Outcome::kClosed);
  EXPECT_TRUE(off.flush(Duration(0)));
  EXPECT_TRUE(off.close(Duration(0)));
  EXPECT_EQ(off.statistics().state, State::kOff);
  EXPECT_FALSE(Producer::open({})) << "an output has to be named";
  EXPECT_EQ(count_of("/proc/self/task"), threads);
  EXPECT_EQ(count_of("/proc/self/fd"), files);
}

TEST(Producer, D41_a_call_becomes_a_frame_in_a_file_with_start_and_stop) {
  const kit::TemporaryFolder folder;
  auto opened = Producer::open({.output = folder / "missing/x.fstrm"});
  ASSERT_TRUE(opened) << opened.error;
  EXPECT_EQ(opened.producer.log({}), Outcome::kAccepted);
  EXPECT_TRUE(opened.producer.close(std::chrono::seconds(10)));
  const Octets octets = contents_of(folder / "missing/x.fstrm");
  const Bytes start = dnstap::control_frame(dnstap::ControlType::kStart);
  const Bytes stop = dnstap::control_frame(dnstap::ControlType::kStop);
  ASSERT_GT(octets.size(), start.size() + stop.size());
  EXPECT_TRUE(equal(Bytes(octets).first(start.size()), start));
  EXPECT_TRUE(equal(Bytes(octets).last(stop.size()), stop));
}

TEST(Producer, E03_a_file_that_cannot_be_written_is_an_error_at_once) {
  const kit::TemporaryFolder folder;
  std::filesystem::create_directory(folder / "x.fstrm");
  const auto opened = Producer::open({.output = "file:" + (folder / "x.fstrm")});
  EXPECT_FALSE(opened);
  EXPECT_NE(opened.error.find("x.fstrm"), std::string::npos) << opened.error;
}

TEST(Producer, D48_wrong_options_are_an_error_at_once) {
  for (const char* output : {"", "unix:", "tcp:host", "tcp:host:0"})
    EXPECT_FALSE(Producer::open({.output = output})) << output;
  EXPECT_FALSE(Producer::open({.output = "tcp:[::1]:1", .most_threads = 0}));
  EXPECT_FALSE(Producer::open({.output = "tls:[::1]:1", .tls = {.ca_file = "/nowhere"}}));
}

TEST(Producer, a_receiver_need_not_be_there) {
  const kit::TemporaryFolder folder;
  auto opened = Producer::open({.output = "unix:" + (folder / "nobody")});
  ASSERT_TRUE(opened) << opened.error;
  EXPECT_EQ(opened.producer.log({}), Outcome::kAccepted);
  EXPECT_FALSE(opened.producer.close(std::chrono::milliseconds(10)));
  const Statistics end = opened.producer.statistics();
  EXPECT_EQ(end.state, State::kClosed);
  EXPECT_EQ(end.dropped[static_cast<size_t>(Outcome::kClosed)], 1U);
  EXPECT_NE(end.last_error.find("nobody"), std::string::npos);
}

TEST(Producer, is_handed_on_whole) {
  const kit::TemporaryFolder folder;
  Producer first = std::move(Producer::open({.output = folder / "x"}).producer);
  Producer second = std::move(first);
  EXPECT_EQ(first.log({}), Outcome::kClosed);  // NOLINT: what a moved-from one does is promised
  EXPECT_EQ(second.log({}), Outcome::kAccepted);
  second = Producer();
  EXPECT_EQ(second.statistics().state, State::kOff);
  const Octets octets = contents_of(folder / "x");
  EXPECT_TRUE(equal(Bytes(octets).last(12), dnstap::control_frame(dnstap::ControlType::kStop)));
}

TEST(Producer, a_child_leaves_the_parent_s_stream_alone) {
  const kit::TemporaryFolder folder;
  auto opened = Producer::open({.output = folder / "x"});
  ASSERT_TRUE(opened);
  const pid_t child = ::fork();
  if (child == 0) {
    const bool forked = opened.producer.log({}) == Outcome::kForked &&
                        opened.producer.close(Duration(0)) &&
                        opened.producer.log({}) == Outcome::kForked;
    opened.producer = Producer();
    ::_exit(forked ? 7 : 1);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(WEXITSTATUS(status), 7);
  EXPECT_EQ(contents_of(folder / "x").size(), 42U) << "START and nothing else";
  EXPECT_EQ(opened.producer.log({}), Outcome::kAccepted);
  EXPECT_TRUE(opened.producer.close(std::chrono::seconds(10)));
}

}  // namespace
}  // namespace weir::tap
