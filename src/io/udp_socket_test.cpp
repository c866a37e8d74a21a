// Datagrams on loopback: batches, both families, the address an answer leaves from, and refusals.
#include "io/udp_socket.h"

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>

#include <set>
#include <string>
#include <vector>

#include "io/address.h"

namespace weir::io {
namespace {

Endpoint at(std::string_view text) { return *Endpoint::parse(text); }

UdpSocket bound(std::string_view text, const UdpSocket::Options& options = {}) {
  auto socket = UdpSocket::bind(at(text), options);
  EXPECT_TRUE(socket) << socket.error().what;
  return *std::move(socket);
}

UdpSocket connected(const Endpoint& peer, const UdpSocket::Options& options = {}) {
  auto socket = UdpSocket::connect(peer, options);
  EXPECT_TRUE(socket) << socket.error().what;
  return *std::move(socket);
}

// Waits for the descriptor, then takes one batch; empty after a second without anything.
std::span<const Datagram> next_batch(UdpSocket& socket) {
  for (int attempt = 0; attempt < 100; ++attempt) {
    if (const auto batch = socket.receive(); !batch.empty()) return batch;
    pollfd wait{socket.fd(), POLLIN, 0};
    ::poll(&wait, 1, 10);
  }
  return {};
}

void answer(UdpSocket& socket, const Datagram& question, std::string_view text) {
  const MutableBytes room = socket.reserve(text.size() + 100);
  std::memcpy(room.data(), text.data(), text.size());
  socket.commit(text.size(), question);
}

void expect_echoed_batches(const char* address, size_t count, size_t batch) {
  UdpSocket::Options options;
  options.batch = batch;
  UdpSocket server = bound(address, options);
  UdpSocket client = connected(server.local(), options);
  std::set<std::string> expected;
  for (size_t i = 0; i < count; ++i) {
    expected.insert("question " + std::to_string(i));
    ASSERT_TRUE(client.send(as_bytes("question " + std::to_string(i))));
  }
  size_t answered = 0;
  while (answered < count) {
    const auto datagrams = next_batch(server);
    ASSERT_FALSE(datagrams.empty());
    ASSERT_LE(datagrams.size(), batch);
    for (const Datagram& question : datagrams) {
      EXPECT_EQ(client.local(), question.peer);
      EXPECT_EQ(server.local(), question.local);
      EXPECT_FALSE(question.truncated);
      answer(server, question, as_text(question.octets));
    }
    answered += datagrams.size();
    EXPECT_EQ(datagrams.size(), server.pending());
    EXPECT_EQ(0u, server.flush());
    EXPECT_EQ(0u, server.pending());
  }
  std::set<std::string> echoed;
  while (echoed.size() < count) {
    const auto datagrams = next_batch(client);
    ASSERT_FALSE(datagrams.empty());
    for (const Datagram& datagram : datagrams) {
      EXPECT_EQ(server.local(), datagram.peer);
      echoed.emplace(as_text(datagram.octets));
    }
  }
  EXPECT_EQ(expected, echoed);
}

TEST(UdpSocket, echoes_batches_on_ipv4) { expect_echoed_batches("127.0.0.1:0", 200, 64); }
TEST(UdpSocket, echoes_batches_on_ipv6) { expect_echoed_batches("[::1]:0", 200, 64); }
TEST(UdpSocket, echoes_full_batches_of_four) { expect_echoed_batches("127.0.0.1:0", 16, 4); }

TEST(UdpSocket, after_a_short_batch_the_next_call_is_empty_and_the_one_after_reads_on) {
  UdpSocket server = bound("127.0.0.1:0");
  UdpSocket client = connected(server.local());
  ASSERT_TRUE(client.send(as_bytes("a")));
  ASSERT_EQ(1u, next_batch(server).size());
  ASSERT_TRUE(client.send(as_bytes("b")));
  EXPECT_TRUE(server.receive().empty());
  EXPECT_EQ("b", as_text(next_batch(server)[0].octets));
}

void expect_answer_from_asked_address(const char* wildcard, const char* asked, bool later) {
  UdpSocket server = bound(wildcard);
  const Endpoint target{*IpAddress::parse(asked), server.local().port};
  UdpSocket client = connected(target);  // takes nothing from any other address
  ASSERT_TRUE(client.send(as_bytes("who are you?")));
  const auto batch = next_batch(server);
  ASSERT_EQ(1u, batch.size());
  EXPECT_EQ(target, batch[0].local);
  EXPECT_NE(0u, batch[0].interface_index);
  const Datagram kept = batch[0];
  if (later) {  // other traffic in between must not change where the answer leaves from
    UdpSocket other = connected(
        {*IpAddress::parse(kept.peer.address.is_v6() ? "::1" : "127.0.0.1"), server.local().port});
    ASSERT_TRUE(other.send(as_bytes("other")));
    ASSERT_EQ(1u, next_batch(server).size());
  }
  answer(server, kept, "me");
  EXPECT_EQ(0u, server.flush());
  const auto answers = next_batch(client);
  ASSERT_EQ(1u, answers.size());
  EXPECT_EQ("me", as_text(answers[0].octets));
  EXPECT_EQ(target, answers[0].peer);
}

TEST(UdpSocket, bound_to_any_address_answers_from_the_one_asked) {
  expect_answer_from_asked_address("0.0.0.0:0", "127.0.0.2", false);
  expect_answer_from_asked_address("0.0.0.0:0", "127.0.0.3", true);
}
TEST(UdpSocket, bound_to_any_ipv6_address_answers_from_the_one_asked) {
  expect_answer_from_asked_address("[::]:0", "::1", false);
}

TEST(UdpSocket, flags_a_datagram_larger_than_the_buffer) {
  UdpSocket::Options options;
  options.buffer_octets = 512;
  UdpSocket server = bound("127.0.0.1:0", options);
  UdpSocket client = connected(server.local());
  ASSERT_TRUE(client.send(Octets(513, 'x')));
  ASSERT_TRUE(client.send(Octets(512, 'y')));
  size_t seen = 0;
  while (seen < 2) {
    const auto batch = next_batch(server);
    ASSERT_FALSE(batch.empty());
    for (const Datagram& datagram : batch) {
      EXPECT_EQ(512u, datagram.octets.size());
      EXPECT_EQ(datagram.octets[0] == 'x', datagram.truncated);
      ++seen;
    }
  }
}

TEST(UdpSocket, flushes_by_itself_when_the_batch_or_the_arena_is_full) {
  UdpSocket::Options options;
  options.batch = 2;
  options.buffer_octets = 65535;
  UdpSocket server = bound("127.0.0.1:0", options);
  UdpSocket client = bound("127.0.0.1:0", options);
  const Octets large(40000, 'z');
  for (int i = 0; i < 3; ++i) {  // two of them exceed the arena, three the batch
    const MutableBytes room = server.reserve(65000);
    std::memcpy(room.data(), large.data(), large.size());
    server.commit_to(large.size(), client.local());
  }
  EXPECT_EQ(1u, server.pending());
  EXPECT_EQ(0u, server.flush());
  for (size_t seen = 0; seen < 3;) {
    const auto batch = next_batch(client);
    ASSERT_FALSE(batch.empty());
    for (const Datagram& datagram : batch) EXPECT_EQ(large.size(), datagram.octets.size());
    seen += batch.size();
  }
}

TEST(UdpSocket, counts_what_the_kernel_refuses_and_sends_the_rest) {
  UdpSocket server = bound("127.0.0.1:0");
  UdpSocket client = bound("127.0.0.1:0");
  const Endpoint nowhere = at("255.255.255.255:9");  // not permitted without SO_BROADCAST
  for (const Endpoint& to : {client.local(), nowhere, client.local(), nowhere}) {
    server.reserve(10)[0] = 'a';
    server.commit_to(1, to);
  }
  EXPECT_EQ(2u, server.flush());
  size_t seen = 0;
  while (seen < 2) {
    const auto batch = next_batch(client);
    ASSERT_FALSE(batch.empty());
    seen += batch.size();
  }
}

TEST(UdpSocket, connected_survives_a_refusal_and_hears_only_its_peer) {
  UdpSocket server = bound("127.0.0.1:0");
  UdpSocket client = connected(server.local());
  EXPECT_GE(client.local().port, 16384);
  UdpSocket stranger = bound("127.0.0.1:0");
  stranger.reserve(8)[0] = '?';
  stranger.commit_to(1, client.local());
  EXPECT_LE(stranger.flush(), 1u);
  ASSERT_TRUE(client.send(as_bytes("hello")));
  const auto batch = next_batch(server);
  ASSERT_EQ(1u, batch.size());
  answer(server, batch[0], "yes");
  server.flush();
  const auto answers = next_batch(client);
  ASSERT_EQ(1u, answers.size());
  EXPECT_EQ("yes", as_text(answers[0].octets));
  EXPECT_FALSE(client.take_refused());

  const Endpoint gone = server.local();
  {
    const UdpSocket closing = std::move(server);
  }
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(client.send(as_bytes("anyone?")));
  EXPECT_TRUE(client.receive().empty() && client.receive().empty());
  EXPECT_TRUE(client.take_refused());
  EXPECT_FALSE(client.take_refused());
  UdpSocket again = bound(gone.to_text());
  ASSERT_TRUE(client.send(as_bytes("back")));
  EXPECT_EQ("back", as_text(next_batch(again)[0].octets));
}

TEST(UdpSocket, shares_a_port_only_when_asked) {
  UdpSocket::Options shared;
  shared.reuse_port = true;
  const UdpSocket first = bound("127.0.0.1:0", shared);
  EXPECT_TRUE(UdpSocket::bind(first.local(), shared));
  const auto refused = UdpSocket::bind(first.local(), {});
  ASSERT_FALSE(refused);
  EXPECT_NE(std::string::npos, refused.error().what.find(first.local().to_text()));
}

TEST(UdpSocket, ipv6_leaves_the_ipv4_port_free) {
  const UdpSocket six = bound("[::]:0");
  EXPECT_TRUE(UdpSocket::bind({*IpAddress::parse("0.0.0.0"), six.local().port}, {}));
}

}  // namespace
}  // namespace weir::io
