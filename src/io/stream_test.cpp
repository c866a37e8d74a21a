// Plain streams on loopback: echo, order of events, and each way to fail to connect.
#include "io/stream.h"

#include <gtest/gtest.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <memory>
#include <string>
#include <vector>

#include "io/address.h"
#include "kit/run_loop.h"
#include "kit/stream_events.h"

namespace weir::io {
namespace {

using kit::RecordedEvents;
using kit::run_until;

const Endpoint kAny = *Endpoint::parse("127.0.0.1:0");

// A listener whose last connection is kept as a stream with its events.
struct Server {
  Server(Loop& loop, const Endpoint& local, const StreamOptions& options = {}) {
    auto made = listen_stream(
        loop, local, false, [this, &loop, options](UniqueFd fd, Endpoint peer, Endpoint own) {
          accepted = own;
          stream = accept_stream(loop, std::move(fd), peer, own, options, events);
        });
    EXPECT_TRUE(made) << made.error().what;
    listener = *std::move(made);
  }
  std::unique_ptr<Listener> listener;
  RecordedEvents events;
  std::unique_ptr<Stream> stream;
  Endpoint accepted;
};

void expect_echo(const Endpoint& local) {
  Loop loop;
  Server server(loop, local);
  server.events.then_on_data = [&] {
    EXPECT_TRUE(server.stream->send(as_bytes(server.events.data)));
    server.events.data.clear();
  };
  RecordedEvents events;
  const auto client = connect_stream(loop, server.listener->local(), nullptr, {}, events);
  EXPECT_TRUE(client->send(as_bytes("early, ")));  // before it is open
  events.then_on_open = [&] { EXPECT_TRUE(client->send(as_bytes("then on time"))); };
  EXPECT_FALSE(events.opened);
  ASSERT_TRUE(run_until(loop, [&] { return events.data == "early, then on time"; })) << events.data;
  EXPECT_EQ(client->local(), server.stream->peer());
  EXPECT_EQ(client->peer(), server.stream->local());
  EXPECT_EQ(server.accepted, server.listener->local());
  EXPECT_FALSE(client->resumed());
  EXPECT_EQ(0u, client->pending_octets());
}

TEST(Stream, echoes_on_ipv4) { expect_echo(kAny); }
TEST(Stream, echoes_on_ipv6) { expect_echo(*Endpoint::parse("[::1]:0")); }

TEST(Stream, many_small_sends_leave_together_at_the_end_of_the_turn) {
  Loop loop;
  Server server(loop, kAny);
  size_t reads = 0;
  server.events.then_on_data = [&] { ++reads; };
  RecordedEvents events;
  const auto client = connect_stream(loop, server.listener->local(), nullptr, {}, events);
  events.then_on_open = [&] {
    for (int i = 0; i < 100; ++i) EXPECT_TRUE(client->send(as_bytes("0123456789")));
    EXPECT_EQ(1000u, client->pending_octets());
  };
  ASSERT_TRUE(run_until(loop, [&] { return server.events.data.size() == 1000; }));
  EXPECT_EQ(1u, reads);
}

TEST(Stream, flush_writes_at_once) {
  Loop loop;
  Server server(loop, kAny);
  RecordedEvents events;
  const auto client = connect_stream(loop, server.listener->local(), nullptr, {}, events);
  ASSERT_TRUE(run_until(loop, [&] { return events.opened; }));
  EXPECT_TRUE(client->send(as_bytes("now")));
  EXPECT_EQ(3u, client->pending_octets());
  client->flush();
  EXPECT_EQ(0u, client->pending_octets());
}

TEST(Stream, probes_a_silent_peer_where_that_is_asked_for) {
  Loop loop;
  Server server(loop, kAny);
  RecordedEvents events;
  const auto has_probes = [&](bool asked) {
    StreamOptions options;
    options.keepalive = asked;
    const int before = ::dup(0);  // the next descriptor is the stream's
    ::close(before);
    const auto client = connect_stream(loop, server.listener->local(), nullptr, options, events);
    int on = -1;
    socklen_t length = sizeof on;
    EXPECT_EQ(0, ::getsockopt(before, SOL_SOCKET, SO_KEEPALIVE, &on, &length));
    return on == 1;
  };
  EXPECT_TRUE(has_probes(true));
  EXPECT_FALSE(has_probes(false));
}

TEST(Stream, says_refused_when_nobody_listens) {
  Loop loop;
  Endpoint nobody;
  {
    nobody = Server(loop, kAny).listener->local();
  }
  RecordedEvents events;
  const auto client = connect_stream(loop, nobody, nullptr, {}, events);
  EXPECT_FALSE(events.cause);  // never from inside the call
  ASSERT_TRUE(run_until(loop, [&] { return events.cause.has_value(); }));
  EXPECT_EQ(CloseCause::kRefused, *events.cause);
  EXPECT_FALSE(events.opened);
  EXPECT_FALSE(client->send(as_bytes("too late")));
}

TEST(Stream, says_unreachable_when_there_is_no_way) {
  Loop loop;
  RecordedEvents events;
  const auto client =
      connect_stream(loop, *Endpoint::parse("255.255.255.255:53"), nullptr, {}, events);
  EXPECT_FALSE(events.cause);
  ASSERT_TRUE(run_until(loop, [&] { return events.cause.has_value(); }));
  EXPECT_EQ(CloseCause::kUnreachable, *events.cause);
}

// A listening socket whose queue is full leaves further connections without an answer.
TEST(Stream, says_timeout_when_the_connection_is_not_answered) {
  Loop loop;
  auto silent = open_socket(kAny.address, SOCK_STREAM);
  ASSERT_TRUE(silent && bind_socket(silent->get(), kAny));
  ASSERT_EQ(0, ::listen(silent->get(), 0));
  const Endpoint peer = local_endpoint(silent->get());
  std::vector<std::unique_ptr<RecordedEvents>> events;
  std::vector<std::unique_ptr<Stream>> clients;
  StreamOptions options;
  options.connect_timeout = 30ms;
  for (int i = 0; i < 4; ++i) {
    events.push_back(std::make_unique<RecordedEvents>());
    clients.push_back(connect_stream(loop, peer, nullptr, options, *events.back()));
  }
  ASSERT_TRUE(run_until(loop, [&] { return events.back()->cause.has_value(); }));
  EXPECT_EQ(CloseCause::kTimeout, *events.back()->cause);
  EXPECT_NE(std::string::npos, events.back()->detail.find(peer.to_text())) << events.back()->detail;
  EXPECT_NE(std::string::npos, events.back()->detail.find("30ms")) << events.back()->detail;
}

TEST(Stream, destroyed_while_connecting_or_after_a_failure_was_noticed_says_nothing) {
  Loop loop;
  Server server(loop, kAny);
  RecordedEvents events;
  auto client = connect_stream(loop, server.listener->local(), nullptr, {}, events);
  client.reset();
  client = connect_stream(loop, *Endpoint::parse("255.255.255.255:53"), nullptr, {}, events);
  client.reset();
  EXPECT_FALSE(run_until(loop, [&] { return events.opened || events.cause; }, 10ms));
}

TEST(Stream, texts_of_causes_are_labels) {
  EXPECT_EQ("end_of_stream", to_text(CloseCause::kEndOfStream));
  EXPECT_EQ("certificate_pin", to_text(CloseCause::kCertificatePin));
  EXPECT_EQ("refused", to_text(CloseCause::kRefused));
  EXPECT_TRUE(is_certificate(CloseCause::kCertificateSelfSigned));
  EXPECT_FALSE(is_certificate(CloseCause::kTlsProtocol));
}

}  // namespace
}  // namespace weir::io
