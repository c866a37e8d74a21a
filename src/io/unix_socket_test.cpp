// Sockets in the file system: rights from the first moment (B-08), what is replaced and what is
// not (B-07), and that a connection over one is a stream like any other.
#include "io/unix_socket.h"

#include <gtest/gtest.h>
#include <sys/inotify.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <fstream>

#include "kit/run_loop.h"
#include "kit/stream_events.h"
#include "kit/temporary.h"

namespace weir::io {
namespace {

using kit::RecordedEvents;
using kit::run_until;

constexpr auto kIgnore = [](UniqueFd, Endpoint, Endpoint) {};

unsigned mode_of(const std::string& path) {
  struct stat found{};
  return ::lstat(path.c_str(), &found) == 0 ? found.st_mode & 07777 : 0;
}
bool exists(const std::string& path) {
  struct stat found{};
  return ::lstat(path.c_str(), &found) == 0;
}

/// A socket file that nobody listens on, as a crash leaves it.
void leave_stale(const std::string& path) {
  const UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
  ASSERT_EQ(0, ::bind(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof address));
}

TEST(UnixSocket, carries_a_stream_both_ways) {
  Loop loop;
  const kit::TemporaryFolder folder;
  RecordedEvents theirs, ours;
  std::unique_ptr<Stream> accepted;
  std::string peer;
  auto listener = listen_unix(loop, {folder / "s"}, [&](UniqueFd fd, Endpoint from, Endpoint to) {
    peer = peer_process(fd.get());
    accepted = accept_stream(loop, std::move(fd), from, to, {}, theirs);
  });
  ASSERT_TRUE(listener) << listener.error().what;
  theirs.then_on_data = [&] { accepted->send(as_bytes("answer")); };
  const auto stream = connect_unix(loop, folder / "s", {}, ours);
  ASSERT_TRUE(stream->send(as_bytes("question")));
  EXPECT_TRUE(run_until(loop, [&] { return ours.data == "answer"; }));
  EXPECT_EQ("question", theirs.data);
  EXPECT_EQ("process " + std::to_string(::getpid()) + " of user " + std::to_string(::getuid()),
            peer);
  stream->close();
  EXPECT_TRUE(run_until(loop, [&] { return theirs.cause == CloseCause::kEndOfStream; }));
}

// B-08: whoever looks at the name as soon as it exists finds the mode that was asked for.
TEST(UnixSocket, has_its_mode_from_the_first_moment) {
  Loop loop;
  const kit::TemporaryFolder folder;
  const std::string path = folder / "s";
  const UniqueFd watch(::inotify_init1(IN_NONBLOCK));
  ASSERT_LE(0, ::inotify_add_watch(watch.get(), (folder / "").c_str(),
                                   IN_CREATE | IN_MOVED_TO | IN_ATTRIB));
  const mode_t before = ::umask(0);
  const auto listener = listen_unix(loop, {path, 0640}, kIgnore);
  ::umask(before);
  ASSERT_TRUE(listener) << listener.error().what;
  EXPECT_EQ(0640u, mode_of(path));
  // The name came by being moved to: it was never created with rights to be mended later.
  alignas(inotify_event) char events[4096];
  const ssize_t size = ::read(watch.get(), events, sizeof events);
  ASSERT_LT(0, size);
  uint32_t seen = 0;
  for (ssize_t at = 0; at < size;) {
    const auto* event = reinterpret_cast<const inotify_event*>(events + at);
    if (std::string_view(event->name) == "s") seen |= event->mask;
    at += static_cast<ssize_t>(sizeof(inotify_event) + event->len);
  }
  EXPECT_EQ(uint32_t{IN_MOVED_TO}, seen);
}

TEST(UnixSocket, keeps_strangers_out_before_it_listens_under_its_name) {
  // The name it has until then is bound but does not listen: a connection is refused.
  Loop loop;
  const kit::TemporaryFolder folder;
  leave_stale(folder / "s.new");
  RecordedEvents events;
  const auto stream = connect_unix(loop, folder / "s.new", {}, events);
  EXPECT_TRUE(run_until(loop, [&] { return events.cause == CloseCause::kRefused; }));
}

// B-07.
TEST(UnixSocket, replaces_a_stale_file_and_a_half_made_one) {
  Loop loop;
  const kit::TemporaryFolder folder;
  leave_stale(folder / "s");
  leave_stale(folder / "s.new");
  const auto listener = listen_unix(loop, {folder / "s"}, kIgnore);
  EXPECT_TRUE(listener) << listener.error().what;
  EXPECT_FALSE(exists(folder / "s.new"));
}

TEST(UnixSocket, refuses_what_somebody_listens_on) {
  Loop loop;
  const kit::TemporaryFolder folder;
  const auto first = listen_unix(loop, {folder / "s"}, kIgnore);
  ASSERT_TRUE(first);
  const auto second = listen_unix(loop, {folder / "s"}, kIgnore);
  ASSERT_FALSE(second);
  EXPECT_EQ("another process listens on " + folder / "s", second.error().what);
  EXPECT_TRUE(exists(folder / "s"));
}

TEST(UnixSocket, refuses_a_file_that_is_no_socket_and_leaves_it) {
  Loop loop;
  const kit::TemporaryFolder folder;
  std::ofstream(folder / "s") << "precious";
  const auto listener = listen_unix(loop, {folder / "s"}, kIgnore);
  ASSERT_FALSE(listener);
  EXPECT_NE(std::string::npos, listener.error().what.find("is no socket"));
  std::string kept;
  std::ifstream(folder / "s") >> kept;
  EXPECT_EQ("precious", kept);
}

TEST(UnixSocket, says_what_is_wrong_with_folder_owner_group_and_length) {
  Loop loop;
  const kit::TemporaryFolder folder;
  const auto words_of = [&](const SocketFile& file) {
    const auto listener = listen_unix(loop, file, kIgnore);
    return listener ? std::string("listens") : listener.error().what;
  };
  EXPECT_NE(std::string::npos, words_of({folder / "no/s"}).find("No such file"));
  EXPECT_EQ("there is no user nobody-here", words_of({folder / "s", 0600, "nobody-here"}));
  EXPECT_EQ("there is no group nobody-here", words_of({folder / "s", 0600, "", "nobody-here"}));
  EXPECT_NE(std::string::npos,
            words_of({folder / std::string(100, 'x')}).find("too long for the name of a socket"));
  EXPECT_FALSE(exists(folder / "s"));
  EXPECT_FALSE(exists(folder / "s.new"));
}

TEST(UnixSocket, takes_its_file_away_unless_it_is_another_ones_by_now) {
  Loop loop;
  const kit::TemporaryFolder folder;
  ASSERT_TRUE(listen_unix(loop, {folder / "s"}, kIgnore));  // and gone
  EXPECT_FALSE(exists(folder / "s"));
  auto first = listen_unix(loop, {folder / "s"}, kIgnore);
  ASSERT_TRUE(first);
  ASSERT_EQ(0, ::unlink((folder / "s").c_str()));
  const auto second = listen_unix(loop, {folder / "s"}, kIgnore);
  ASSERT_TRUE(second);
  first->reset();
  EXPECT_TRUE(exists(folder / "s"));
}

TEST(UnixSocket, that_does_not_exist_ends_the_stream_with_words) {
  Loop loop;
  const kit::TemporaryFolder folder;
  for (const std::string& path : {folder / "nothing", std::string(200, 'x')}) {
    RecordedEvents events;
    const auto stream = connect_unix(loop, path, {}, events);
    EXPECT_TRUE(run_until(loop, [&] { return events.cause == CloseCause::kUnreachable; }));
    EXPECT_FALSE(events.detail.empty());
  }
}

}  // namespace
}  // namespace weir::io
