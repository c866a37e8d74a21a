// A connection's bounds and its ends: slow readers, fairness, half-closed peers, orderly closes.
#include "io/connection.h"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <memory>
#include <string>

#include "io/address.h"
#include "kit/run_loop.h"
#include "kit/stream_events.h"

namespace weir::io {
namespace {

using kit::RecordedEvents;
using kit::run_until;

// An accepted stream, and its peer as a bare descriptor.
struct Accepted {
  explicit Accepted(Loop& loop, const StreamOptions& options = {}) {
    const Endpoint any = *Endpoint::parse("127.0.0.1:0");
    auto listening = open_socket(any.address, SOCK_STREAM);
    EXPECT_TRUE(listening && bind_socket(listening->get(), any));
    EXPECT_EQ(0, ::listen(listening->get(), 1));
    const Endpoint local = local_endpoint(listening->get());
    peer = *open_socket(any.address, SOCK_STREAM);
    SocketAddress address;
    const socklen_t length = write_address(local, address);
    ::connect(peer.get(), &address.any, length);
    UniqueFd fd(::accept4(listening->get(), nullptr, nullptr, SOCK_NONBLOCK));
    EXPECT_TRUE(fd);
    stream = accept_stream(loop, std::move(fd), local_endpoint(peer.get()), local, options, events);
  }
  // What the peer can read now; sets `ended` at the end of the stream.
  std::string read_peer() {
    std::string text(1 << 16, '\0');
    const ssize_t got = ::recv(peer.get(), text.data(), text.size(), 0);
    if (got == 0) ended = true;
    if (got < 0 && errno != EAGAIN) failed = errno;
    text.resize(got > 0 ? static_cast<size_t>(got) : 0);
    return text;
  }
  void write_peer(std::string_view text) {
    EXPECT_EQ(static_cast<ssize_t>(text.size()),
              ::send(peer.get(), text.data(), text.size(), MSG_NOSIGNAL));
  }
  bool ended = false;
  int failed = 0;
  UniqueFd peer;
  RecordedEvents events;
  std::unique_ptr<Stream> stream;
};

TEST(Connection, a_peer_that_does_not_read_is_refused_more_than_the_limit) {
  Loop loop;
  StreamOptions options;
  options.limit_octets = 100'000;
  Accepted accepted(loop, options);
  const Octets block(10'000, 'x');
  size_t taken = 0;
  bool refused = false;
  for (int i = 0; i < 10'000 && !refused; ++i) {
    accepted.stream->flush();
    refused = !accepted.stream->send(block);
    if (!refused) taken += block.size();
  }
  ASSERT_TRUE(refused);
  EXPECT_LE(accepted.stream->pending_octets(), options.limit_octets);
  EXPECT_GT(accepted.stream->pending_octets(), options.limit_octets - block.size());
  size_t arrived = 0;  // and nothing that was taken is lost
  EXPECT_TRUE(run_until(loop, [&] {
    for (std::string text = accepted.read_peer(); !text.empty(); text = accepted.read_peer()) {
      arrived += text.size();
    }
    return arrived == taken;
  }));
  EXPECT_EQ(0u, accepted.stream->pending_octets());
  EXPECT_TRUE(accepted.stream->send(block));
}

TEST(Connection, a_peer_that_never_stops_writing_leaves_turns_to_others) {
  Loop loop;
  Accepted accepted(loop);
  const std::string block(1 << 16, 'x');
  size_t turns_of_others = 0;
  std::function<void()> other = [&] {
    ++turns_of_others;
    loop.post(other);
  };
  loop.post(other);
  // The peer refills the socket inside the read, so that it is never empty.
  accepted.events.then_on_data = [&] {
    accepted.events.data.clear();
    while (::send(accepted.peer.get(), block.data(), block.size(), MSG_NOSIGNAL | MSG_DONTWAIT) >
           0) {
    }
  };
  accepted.write_peer("go");
  EXPECT_TRUE(run_until(loop, [&] { return turns_of_others > 100; }));
}

TEST(Connection, paused_reading_holds_data_back_until_resumed) {
  Loop loop;
  Accepted accepted(loop);
  accepted.stream->pause_reading(true);
  accepted.write_peer("later");
  EXPECT_FALSE(run_until(loop, [&] { return !accepted.events.data.empty(); }, 10ms));
  accepted.stream->pause_reading(false);
  EXPECT_TRUE(run_until(loop, [&] { return accepted.events.data == "later"; }));
}

TEST(Connection, what_was_sent_before_the_peers_end_arrives_and_the_end_comes_last) {
  Loop loop;
  Accepted accepted(loop);
  accepted.events.then_on_data = [&] { accepted.stream->send(as_bytes("answer")); };
  accepted.events.then_on_close = [&] { accepted.stream.reset(); };
  accepted.write_peer("question");
  ::shutdown(accepted.peer.get(), SHUT_WR);
  std::string got;
  EXPECT_TRUE(run_until(loop, [&] { return got += accepted.read_peer(), accepted.ended; }));
  EXPECT_EQ("answer", got);
  EXPECT_EQ(CloseCause::kEndOfStream, accepted.events.cause);
}

TEST(Connection, a_half_closed_peer_still_gets_answers_until_the_owner_closes) {
  Loop loop;
  Accepted accepted(loop);
  ::shutdown(accepted.peer.get(), SHUT_WR);
  ASSERT_TRUE(run_until(loop, [&] { return accepted.events.cause.has_value(); }));
  EXPECT_TRUE(accepted.stream->send(as_bytes("late answer")));
  std::string got;
  EXPECT_TRUE(run_until(loop, [&] { return (got += accepted.read_peer()) == "late answer"; }));
  EXPECT_FALSE(accepted.ended);
  accepted.stream->close();
  EXPECT_TRUE(run_until(loop, [&] { return accepted.read_peer(), accepted.ended; }));
}

TEST(Connection, close_writes_the_rest_and_waits_for_the_peer_without_resetting_it) {
  Loop loop;
  Accepted accepted(loop);
  accepted.write_peer("unread octets that would turn a plain close into a reset");
  const Octets large(900'000, 'x');
  EXPECT_TRUE(accepted.stream->send(large));
  accepted.stream->close();
  EXPECT_FALSE(accepted.stream->send(large));
  accepted.stream.reset();
  size_t arrived = 0;
  EXPECT_TRUE(run_until(loop, [&] {
    for (std::string text = accepted.read_peer(); !text.empty(); text = accepted.read_peer()) {
      arrived += text.size();
    }
    return accepted.ended || accepted.failed;
  }));
  EXPECT_EQ(0, accepted.failed);
  EXPECT_EQ(large.size(), arrived);
  EXPECT_FALSE(accepted.events.cause);  // the owner closed: no event
}

TEST(Connection, lingers_at_most_a_second_for_a_peer_that_keeps_its_side_open) {
  Loop loop;
  Accepted accepted(loop);
  accepted.stream.reset();
  const SystemClock clock;
  const Instant start = clock.now();
  EXPECT_TRUE(run_until(loop, [&] {  // a reset is what a peer sees that still writes
    return ::send(accepted.peer.get(), "x", 1, MSG_NOSIGNAL) < 0 && errno != EAGAIN;
  }));
  EXPECT_GT(clock.now() - start, 900ms);
  EXPECT_LT(clock.now() - start, 4s);
}

TEST(Connection, may_be_destroyed_in_each_of_its_callbacks) {
  Loop loop;
  Accepted data(loop);
  data.events.then_on_data = [&] { data.stream.reset(); };
  data.write_peer("x");
  Accepted end(loop);
  end.events.then_on_close = [&] { end.stream.reset(); };
  ::shutdown(end.peer.get(), SHUT_WR);
  EXPECT_TRUE(run_until(loop, [&] { return !data.stream && !end.stream; }));
  EXPECT_FALSE(data.events.cause);
}

TEST(Connection, a_reset_is_told_once) {
  Loop loop;
  Accepted accepted(loop);
  const linger at_once{1, 0};
  ::setsockopt(accepted.peer.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  accepted.peer.reset();
  ASSERT_TRUE(run_until(loop, [&] { return accepted.events.cause.has_value(); }));
  EXPECT_EQ(CloseCause::kReset, *accepted.events.cause);
  EXPECT_FALSE(accepted.stream->send(as_bytes("x")));
  accepted.stream->flush();
  accepted.stream->pause_reading(true);
  accepted.stream->close();
}

TEST(Connection, a_write_that_fails_inside_flush_is_told_from_the_loop) {
  Loop loop;
  Accepted accepted(loop);
  accepted.stream->pause_reading(true);
  const linger at_once{1, 0};
  ::setsockopt(accepted.peer.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  accepted.peer.reset();
  accepted.stream->send(as_bytes("into the void"));
  accepted.stream->flush();
  EXPECT_FALSE(accepted.events.cause);
  ASSERT_TRUE(run_until(loop, [&] { return accepted.events.cause.has_value(); }));
  EXPECT_EQ(CloseCause::kReset, *accepted.events.cause);
}

TEST(Connection, says_when_the_kernel_has_taken_all_that_waited) {
  Loop loop;
  Accepted accepted(loop);
  int told = 0;
  accepted.events.then_on_sent = [&] {
    ++told;
    EXPECT_EQ(0u, accepted.stream->pending_octets());
  };
  const Octets block(1'000'000, 'x');
  for (int i = 0; i < 100 && accepted.stream->pending_octets() == 0; ++i) {
    EXPECT_TRUE(accepted.stream->send(block));
    accepted.stream->flush();
  }
  ASSERT_GT(accepted.stream->pending_octets(), 0u);
  EXPECT_EQ(0, told);
  EXPECT_TRUE(run_until(loop, [&] { return accepted.read_peer().empty() && told > 0; }));
  EXPECT_EQ(1, told);
}

TEST(Connection, what_the_kernel_never_took_is_known_after_the_end) {
  Loop loop;
  Accepted accepted(loop);
  accepted.stream->send(as_bytes("0123456789"));
  accepted.stream->abandon();
  EXPECT_EQ(10u, accepted.stream->pending_octets());
  EXPECT_EQ("", accepted.read_peer());
  EXPECT_TRUE(accepted.ended);
  EXPECT_FALSE(accepted.stream->send(as_bytes("more")));
  EXPECT_FALSE(run_until(loop, [&] { return accepted.events.cause.has_value(); }, 10ms));
}

TEST(Connection, left_lingering_is_freed_with_the_loop) {
  auto loop = std::make_unique<Loop>();
  Accepted accepted(*loop);
  accepted.stream->send(Octets(900'000, 'x'));
  accepted.stream.reset();
  loop.reset();
  EXPECT_NE("", accepted.read_peer());
}

}  // namespace
}  // namespace weir::io
