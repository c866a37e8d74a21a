// DNS over TCP on real sockets: framing, order, bounds, and connections that never ask.
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <vector>

#include "base/unique_fd.h"
#include "io/address.h"
#include "io/stream.h"
#include "kit/transport_bench.h"

namespace weir::edge::transports {
namespace {

/// A client that keeps what it hears.
struct Client final : io::StreamEvents {
  void on_data(Bytes octets) override { heard.insert(heard.end(), octets.begin(), octets.end()); }
  void on_close(io::CloseCause, std::string_view) override { closed = true; }
  size_t messages() const {
    size_t count = 0;
    for (size_t at = 0; at + 2 <= heard.size(); at += 2 + load_u16(&heard[at]))
      count += at + 2 + load_u16(&heard[at]) <= heard.size() ? 1 : 0;
    return count;
  }
  Octets heard;
  bool closed = false;
  std::unique_ptr<io::Stream> stream;
};

Octets framed(Bytes message) {
  Octets octets(2 + message.size());
  store_u16(octets.data(), static_cast<uint16_t>(message.size()));
  std::memcpy(&octets[2], message.data(), message.size());
  return octets;
}

struct TcpTransport : TransportBench {
  void listen(std::string_view endpoint = "127.0.0.1:0") {
    auto made = make_tcp_transport(context(), *Endpoint::parse(endpoint));
    ASSERT_TRUE(made.ok()) << made.error().what;
    transport = *std::move(made);
  }
  std::unique_ptr<Client> connect() {
    auto client = std::make_unique<Client>();
    client->stream = io::connect_stream(loop, transport->local(), nullptr, {}, *client);
    return client;
  }
  std::unique_ptr<Transport> transport;
};

TEST_F(TcpTransport, D49_a_query_that_comes_octet_by_octet_is_answered) {
  listen();
  const auto client = connect();
  size_t sent = 0;
  const Octets octets = framed(kit::query("slow.test"));
  EXPECT_TRUE(run_until([&] {
    if (sent < octets.size()) client->stream->send(Bytes(octets).subspan(sent++, 1));
    return client->messages() == 1;
  }));
  EXPECT_EQ(intake.arrived.size(), 1U);
}

TEST_F(TcpTransport, D50_pipelined_queries_are_all_answered_and_bounded_in_flight) {
  listen();
  intake.hold = true;
  const auto client = connect();
  for (int i = 0; i < 100; ++i) client->stream->send(framed(kit::query("p.test")));
  EXPECT_TRUE(run_until([&] { return intake.held.size() == 10; }));
  EXPECT_FALSE(run_until([&] { return intake.held.size() > 10; }, 50ms));
  EXPECT_TRUE(run_until([&] {
    intake.release();
    return client->messages() == 100;
  }));
}

TEST_F(TcpTransport, D51_the_largest_answer_arrives_whole) {
  listen("[::1]:0");
  intake.answer_octets = 65535;
  const auto client = connect();
  client->stream->send(framed(kit::query("big.test")));
  EXPECT_TRUE(run_until([&] { return client->messages() == 1; }));
  EXPECT_EQ(client->heard.size(), 65537U);
}

TEST_F(TcpTransport, D54_connections_that_never_ask_or_ask_no_more_are_closed) {
  listen();
  std::vector<std::unique_ptr<Client>> clients;
  for (int i = 0; i < 20; ++i) clients.push_back(connect());
  clients[0]->stream->send(framed(kit::query("one.test")));
  EXPECT_TRUE(run_until(
      [&] { return std::ranges::all_of(clients, [](const auto& each) { return each->closed; }); }));
  EXPECT_EQ(statistics.tcp_timeouts.value(), 20U);
  EXPECT_EQ(statistics.tcp_open.value(), 0U);
}

TEST_F(TcpTransport, D54_one_client_has_only_so_many_connections) {
  listen();
  std::vector<std::unique_ptr<Client>> clients;
  for (int i = 0; i < 25; ++i) clients.push_back(connect());
  EXPECT_TRUE(run_until([&] { return statistics.tcp_refused.value() == 5; }));
  EXPECT_EQ(statistics.tcp_connections.value(), 20U);
}

TEST_F(TcpTransport, W02_strangers_are_not_listened_to) {
  listen();
  intake.admit = false;
  const auto client = connect();
  client->stream->send(framed(kit::query("x.test")));
  EXPECT_TRUE(run_until([&] { return client->closed; }));
  EXPECT_TRUE(intake.arrived.empty());
}

TEST_F(TcpTransport, a_client_that_goes_away_is_forgotten_with_its_queries) {
  listen();
  intake.hold = true;
  {
    const auto client = connect();
    client->stream->send(framed(kit::query("x.test")));
    EXPECT_TRUE(run_until([&] { return intake.held.size() == 1; }));
  }
  intake.release();  // it may still have been reading; now it is not
  EXPECT_TRUE(run_until([&] { return statistics.tcp_open.value() == 0; }));
  const auto other = connect();
  intake.hold = false;
  other->stream->send(framed(kit::query("y.test")));
  EXPECT_TRUE(run_until([&] { return other->messages() == 1; }));
}

/// A client whose socket the test holds itself, to shut one side of it or to read nothing.
struct BareClient {
  explicit BareClient(const Endpoint& to) : fd(*io::open_socket(to.address, SOCK_STREAM)) {
    io::SocketAddress address;
    const socklen_t length = io::write_address(to, address);
    ::connect(fd.get(), &address.any, length);
  }
  void send_more() {
    const ssize_t sent =
        ::send(fd.get(), unsent.data(), unsent.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent > 0) unsent.erase(unsent.begin(), unsent.begin() + sent);
  }
  void read_more() {
    std::vector<uint8_t> room(1 << 20);
    const ssize_t got = ::recv(fd.get(), room.data(), room.size(), MSG_DONTWAIT);
    if (got == 0) ended = true;
    if (got > 0) octets += static_cast<size_t>(got);
  }
  UniqueFd fd;
  Octets unsent;
  size_t octets = 0;  // read so far
  bool ended = false;
};

Octets many(size_t count) {
  const Octets one = framed(kit::query("x.test"));
  Octets all;
  for (size_t i = 0; i < count; ++i) all.insert(all.end(), one.begin(), one.end());
  return all;
}

TEST_F(TcpTransport, a_client_that_reads_no_answers_is_not_read_from_and_loses_none) {
  settings.tcp.idle_timeout = 5s;
  listen();
  constexpr size_t kAll = 30'000;
  intake.answer_octets = 1000;
  BareClient client(transport->local());
  client.unsent = many(kAll);
  const auto all_came = [&] {
    client.send_more();
    return intake.arrived.size() == kAll;
  };
  EXPECT_FALSE(run_until(all_came, 400ms)) << "work without end for one who does not listen";
  EXPECT_TRUE(run_until([&] {
    all_came();
    client.read_more();
    return client.octets == kAll * 1002;
  }));
  EXPECT_EQ(intake.arrived.size(), kAll);
}

TEST_F(TcpTransport, answers_without_room_end_the_connection_and_are_counted) {
  settings.tcp.max_in_flight = 100;
  listen();
  intake.hold = true;
  intake.answer_octets = 60'000;
  BareClient client(transport->local());
  client.unsent = many(100);
  client.send_more();
  EXPECT_TRUE(run_until([&] { return intake.held.size() == 100; }));
  intake.release();
  EXPECT_EQ(statistics.tcp_overflows.value(), 1U);
  EXPECT_EQ(statistics.tcp_open.value(), 0U);
  EXPECT_TRUE(run_until([&] {
    client.read_more();
    return client.ended;
  }));
}

}  // namespace
}  // namespace weir::edge::transports
