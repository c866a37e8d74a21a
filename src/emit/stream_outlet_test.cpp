// Outlets over real sockets: the conversation octet by octet, every way it can fail, and that
// nothing waits longer than it was told to.
#include "emit/stream_outlet.h"

#include <gtest/gtest.h>

#include <future>
#include <thread>

#include "kit/certificates.h"
#include "kit/dnstap_receiver.h"
#include "kit/temporary.h"
#include "kit/tls_server.h"

namespace weir::emit {
namespace {

using dnstap::ControlType;
using kit::DnstapConnection;
using kit::DnstapReceiver;

TcpTarget tcp_target(uint16_t port) {
  TcpTarget target;
  target.host = "127.0.0.1";
  target.port = port;
  return target;
}
UnixTarget unix_target(const std::string& path) {
  UnixTarget target;
  target.path = path;
  return target;
}
Octets frame(size_t payload_octets, uint8_t fill = 'x') {
  Octets made;
  EXPECT_TRUE(dnstap::append_data_frame(made, Octets(payload_octets, fill)));
  return made;
}
bool says(const Error& error, std::string_view words) {
  return error.what.find(words) != std::string::npos;
}
/// What `receive` does with the connection, on a thread of its own.
template <typename Receive>
auto beside(DnstapReceiver& receiver, Receive receive) {
  return std::async(std::launch::async,
                    [&receiver, receive] { return receive(receiver.accept()); });
}

/// The whole of a stream that asks for answers, as its receiver sees it.
Octets take_stream(DnstapConnection connection) {
  connection.shake_hands();
  Octets data = connection.read(frame(5).size());
  EXPECT_TRUE(connection.receives(ControlType::kStop));
  connection.send(ControlType::kFinish);
  EXPECT_TRUE(connection.read_all().empty());
  return data;
}

/// Lines instead of frames: nothing is said about them, before or after.
TEST(StreamOutlet, without_frames_octets_go_as_they_are_given) {
  const kit::TemporaryFolder folder;
  DnstapReceiver receiver(folder / "x.sock");
  UnixTarget target = unix_target(folder / "x.sock");
  target.frames = false;
  StreamOutlet outlet(target);
  std::promise<void> said;
  auto received = beside(receiver, [&](DnstapConnection connection) {
    Octets got = connection.read(2);
    connection.send(as_bytes("it was not asked\n"));
    said.set_value();
    const Octets rest = connection.read_all();
    got.insert(got.end(), rest.begin(), rest.end());
    return got;
  });
  ASSERT_TRUE(outlet.open());
  EXPECT_EQ(outlet.write(as_bytes("a\n")).octets, 2U);
  said.get_future().wait();
  EXPECT_TRUE(outlet.tend({}));
  EXPECT_EQ(outlet.write(as_bytes("bc")).octets, 2U);
  outlet.close();
  EXPECT_EQ(as_text(received.get()), "a\nbc");
}

void expect_stream(StreamOutlet& outlet, DnstapReceiver& receiver) {
  auto stream = beside(receiver, take_stream);
  const Status opened = outlet.open();
  ASSERT_TRUE(opened) << opened.error().what;
  EXPECT_TRUE(outlet.is_open());
  const Written written = outlet.write(frame(5));
  EXPECT_FALSE(written.error);
  EXPECT_EQ(written.octets, frame(5).size());
  outlet.close();
  EXPECT_FALSE(outlet.is_open());
  EXPECT_EQ(stream.get(), frame(5));
}

TEST(StreamOutlet, E09_speaks_over_a_unix_socket_and_can_begin_anew) {
  const kit::TemporaryFolder folder;
  DnstapReceiver receiver(folder / "x.sock");
  StreamOutlet outlet(unix_target(folder / "x.sock"));
  expect_stream(outlet, receiver);
  expect_stream(outlet, receiver);
}

TEST(StreamOutlet, E10_speaks_over_tcp_to_an_address_and_to_a_name) {
  DnstapReceiver receiver;
  StreamOutlet outlet(tcp_target(receiver.port()), nullptr);
  expect_stream(outlet, receiver);
  TcpTarget named = tcp_target(receiver.port());
  named.host = "localhost";
  StreamOutlet by_name(named, nullptr);
  auto stream = beside(receiver, take_stream);
  // The name may have an address where nobody listens; the next attempt takes the other.
  ASSERT_TRUE(by_name.open() || by_name.open());
  EXPECT_FALSE(by_name.write(frame(5)).error);
  by_name.close();
  EXPECT_EQ(stream.get(), frame(5));
}

TEST(StreamOutlet, R09_speaks_over_tls_and_refuses_whom_it_does_not_trust) {
  const kit::Authority authority, stranger;
  const kit::TemporaryFile ca(authority.certificate()), wrong(stranger.certificate());
  std::promise<std::string> received;
  kit::TlsServer server(
      {.identity = authority.issue({.ip = {"127.0.0.1"}})}, [&](kit::TlsSession& session) {
        std::string all;
        for (std::string some = session.read(); !some.empty(); some = session.read()) all += some;
        received.set_value(all);
      });
  TlsTarget target;
  static_cast<TcpTarget&>(target) = tcp_target(server.local().port);
  target.bidirectional = false;
  target.ca_file = wrong.path();
  const auto refused = make_outlet(target);
  ASSERT_TRUE(refused);
  const Status status = (*refused)->open();
  ASSERT_FALSE(status);
  EXPECT_TRUE(status.error().retry);
  EXPECT_TRUE(says(status.error(), "certificate_")) << status.error().what;
  target.ca_file = ca.path();
  const auto trusted = make_outlet(target);
  ASSERT_TRUE(trusted);
  const Status opened = (*trusted)->open();
  ASSERT_TRUE(opened) << opened.error().what;
  EXPECT_FALSE((*trusted)->write(frame(5)).error);
  (*trusted)->close();
  Octets expected = kit::control_octets(ControlType::kStart);
  for (const Octets& part : {frame(5), kit::control_octets(ControlType::kStop)})
    expected.insert(expected.end(), part.begin(), part.end());
  EXPECT_EQ(received.get_future().get(), as_text(expected));
}

TEST(StreamOutlet, E11_without_answers_begins_with_start_and_ends_with_stop) {
  DnstapReceiver receiver;
  TcpTarget target = tcp_target(receiver.port());
  target.bidirectional = false;
  StreamOutlet outlet(target, nullptr);
  ASSERT_TRUE(outlet.open());
  DnstapConnection connection = receiver.accept();
  EXPECT_FALSE(outlet.write(frame(7)).error);
  outlet.close();
  Octets expected = kit::control_octets(ControlType::kStart);
  for (const Octets& part : {frame(7), kit::control_octets(ControlType::kStop)})
    expected.insert(expected.end(), part.begin(), part.end());
  EXPECT_EQ(connection.read_all(), expected);
}

TEST(StreamOutlet, E12_a_receiver_that_says_nothing_is_closed_in_time) {
  DnstapReceiver receiver;
  TcpTarget target = tcp_target(receiver.port());
  target.handshake_timeout = 50ms;
  StreamOutlet outlet(target, nullptr);
  const SystemClock clock;
  const Instant before = clock.now();
  const Status opened = outlet.open();
  const Duration took = clock.now() - before;
  ASSERT_FALSE(opened);
  EXPECT_TRUE(opened.error().retry);
  EXPECT_TRUE(says(opened.error(), "within 50ms")) << opened.error().what;
  EXPECT_GE(took, 50ms);
  EXPECT_LT(took, 5s);
  EXPECT_FALSE(outlet.is_open());
  EXPECT_EQ(receiver.accept().read_all(), kit::control_octets(ControlType::kReady));
}

TEST(StreamOutlet, E13_what_is_no_answer_to_ready_closes_the_connection) {
  Octets foreign, without;
  const std::string_view other = "protobuf:other";
  dnstap::append_control_frame(foreign, ControlType::kAccept, {&other, 1});
  dnstap::append_control_frame(without, ControlType::kAccept, {});
  for (const Octets& answer : {foreign, without, frame(3), Octets(600, 0xff)}) {
    DnstapReceiver receiver;
    StreamOutlet outlet(tcp_target(receiver.port()), nullptr);
    auto rest = beside(receiver, [&](DnstapConnection connection) {
      EXPECT_TRUE(connection.receives(ControlType::kReady));
      connection.send(answer);
      return connection.read_all();
    });
    const Status opened = outlet.open();
    ASSERT_FALSE(opened);
    EXPECT_TRUE(opened.error().retry);
    EXPECT_TRUE(says(opened.error(), "Frame Streams")) << opened.error().what;
    EXPECT_TRUE(rest.get().empty());
  }
}

TEST(StreamOutlet, nobody_there_is_an_error_with_its_cause) {
  const kit::TemporaryFolder folder;
  StreamOutlet missing(unix_target(folder / "missing.sock"));
  const Status opened = missing.open();
  ASSERT_FALSE(opened);
  EXPECT_TRUE(opened.error().retry);
  EXPECT_TRUE(says(opened.error(), "missing.sock")) << opened.error().what;
  uint16_t port = 0;
  {
    port = DnstapReceiver().port();
  }
  const Status refused = StreamOutlet(tcp_target(port), nullptr).open();
  ASSERT_FALSE(refused);
  EXPECT_TRUE(says(refused.error(), "(refused)")) << refused.error().what;
  TcpTarget nameless = tcp_target(port);
  nameless.host = "no-such-host.invalid";
  EXPECT_FALSE(StreamOutlet(nameless, nullptr).open());
}

struct OpenOutlet : ::testing::Test {
  OpenOutlet() {
    auto accepted = beside(receiver, [](DnstapConnection made) {
      made.shake_hands();
      return std::make_unique<DnstapConnection>(std::move(made));
    });
    const Status opened = outlet.open();
    EXPECT_TRUE(opened) << opened.error().what;
    connection = accepted.get();
  }
  /// Tends until there is an error, which has to come.
  Error tend_until_it_fails() {
    const SystemClock clock;
    for (const Instant end = clock.now() + 5s; clock.now() < end; std::this_thread::yield())
      if (const Status tended = outlet.tend({}); !tended) return tended.error();
    ADD_FAILURE() << "all is well";
    return {};
  }

  DnstapReceiver receiver;
  StreamOutlet outlet{tcp_target(receiver.port()), nullptr};
  std::unique_ptr<DnstapConnection> connection;
};

TEST_F(OpenOutlet, E17_notices_while_idle_that_its_receiver_went) {
  EXPECT_TRUE(outlet.tend({}));
  connection.reset();
  EXPECT_TRUE(says(tend_until_it_fails(), "end_of_stream"));
  EXPECT_FALSE(outlet.is_open());
  EXPECT_TRUE(outlet.tend({}));  // told once
  EXPECT_EQ(outlet.write(frame(1)).octets, 0U);
  auto again = beside(receiver, [](DnstapConnection made) { made.shake_hands(); });
  EXPECT_TRUE(outlet.open());
}

TEST_F(OpenOutlet, data_from_the_receiver_ends_the_stream) {
  connection->send(frame(3));
  EXPECT_TRUE(says(tend_until_it_fails(), "data_from_receiver"));
}

TEST_F(OpenOutlet, nothing_is_written_to_a_receiver_that_has_gone_already) {
  connection.reset();
  const Written written = outlet.write(frame(1));
  EXPECT_TRUE(written.error);
  EXPECT_EQ(written.octets, 0U);
}

/// Frames of different sizes, more than sockets on loopback hold.
Octets many_frames() {
  Octets frames;
  for (uint32_t i = 0; frames.size() < (32U << 20); ++i)
    EXPECT_TRUE(dnstap::append_data_frame(frames, Octets(1000 + i % 997, static_cast<uint8_t>(i))));
  return frames;
}

TEST_F(OpenOutlet, a_long_write_arrives_whole_and_in_order) {
  const Octets frames = many_frames();
  auto received = std::async(std::launch::async, [&] { return connection->read(frames.size()); });
  const Written written = outlet.write(frames);
  EXPECT_FALSE(written.error);
  EXPECT_EQ(written.octets, frames.size());
  EXPECT_TRUE(received.get() == frames);
}

TEST_F(OpenOutlet, counts_whole_frames_when_the_receiver_goes_in_the_middle) {
  const Octets frames = many_frames();
  auto received = std::async(std::launch::async, [&] {
    const Octets got = connection->read(1 << 20);
    connection->reset();
    return got.size();
  });
  const Written written = outlet.write(frames);
  ASSERT_TRUE(written.error);
  EXPECT_TRUE(written.error->retry);
  EXPECT_EQ(received.get(), 1U << 20);
  EXPECT_GE(written.octets, (1U << 20) - 2000);
  EXPECT_LT(written.octets, frames.size());
  size_t at = 0;
  while (at < written.octets) at += dnstap::kDataHeader + load_u32(&frames[at]);
  EXPECT_EQ(at, written.octets) << "not at the end of a frame";
  EXPECT_FALSE(outlet.is_open());
}

TEST_F(OpenOutlet, an_interrupt_ends_a_write_that_waits_and_those_that_would) {
  const Octets frames = many_frames();
  std::thread other([&] {
    connection->read(1 << 20);  // then it reads no more
    outlet.interrupt();
  });
  const Written written = outlet.write(frames);
  other.join();
  ASSERT_TRUE(written.error);
  EXPECT_TRUE(says(*written.error, "interrupted"));
  EXPECT_LT(written.octets, frames.size());
  EXPECT_FALSE(outlet.open());
}

TEST_F(OpenOutlet, an_interrupt_does_not_keep_a_stream_from_its_good_end) {
  outlet.interrupt();
  auto ended = std::async(std::launch::async, [&] {
    const bool stopped = connection->receives(ControlType::kStop);
    connection->send(ControlType::kFinish);
    return stopped && connection->read_all().empty();
  });
  outlet.close();
  EXPECT_TRUE(ended.get());
}

TEST_F(OpenOutlet, D42_waits_a_second_at_most_for_finish) {
  const SystemClock clock;
  const Instant before = clock.now();
  outlet.close();
  const Duration took = clock.now() - before;
  EXPECT_GE(took, 1s);
  EXPECT_LT(took, 3s);
  EXPECT_EQ(connection->read_all(), kit::control_octets(ControlType::kStop));
}

TEST_F(OpenOutlet, a_receiver_that_closes_right_after_stop_is_no_reason_to_wait) {
  auto stopped = std::async(std::launch::async, [&] {
    const bool came = connection->receives(ControlType::kStop);
    connection.reset();
    return came;
  });
  const SystemClock clock;
  const Instant before = clock.now();
  outlet.close();
  EXPECT_LT(clock.now() - before, 900ms);
  EXPECT_TRUE(stopped.get());
}

TEST(StreamOutletInterrupt, one_that_came_before_counts_too) {
  DnstapReceiver receiver;
  StreamOutlet outlet(tcp_target(receiver.port()), nullptr);
  outlet.interrupt();
  const Status opened = outlet.open();
  ASSERT_FALSE(opened);
  EXPECT_TRUE(says(opened.error(), "interrupted"));
}

TEST(StreamOutletInterrupt, ends_a_wait_for_an_answer_whenever_it_comes) {
  DnstapReceiver receiver;
  for (int round = 0; round < 50; ++round) {
    StreamOutlet outlet(tcp_target(receiver.port()), nullptr);
    std::thread other([&] { outlet.interrupt(); });
    EXPECT_FALSE(outlet.open());
    other.join();
  }
}

}  // namespace
}  // namespace weir::emit
