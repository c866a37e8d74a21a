// DNS over TCP on real sockets: framing, order, bounds, and connections that never ask.
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <sys/socket.h>

#include "base/unique_fd.h"
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

TEST_F(TcpTransport, a_client_that_has_asked_everything_may_say_so_and_still_gets_its_answers) {
  listen();
  intake.hold = true;
  const UniqueFd client(::socket(AF_INET, SOCK_STREAM, 0));
  sockaddr_in server{.sin_family = AF_INET, .sin_port = htons(transport->local().port)};
  server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  ASSERT_EQ(::connect(client.get(), reinterpret_cast<sockaddr*>(&server), sizeof server), 0);
  const Octets octets = framed(kit::query("last.test"));
  ASSERT_EQ(::send(client.get(), octets.data(), octets.size(), 0), std::ssize(octets));
  ASSERT_EQ(::shutdown(client.get(), SHUT_WR), 0);
  EXPECT_TRUE(run_until([&] { return intake.held.size() == 1; }));
  EXPECT_FALSE(run_until([&] { return statistics.tcp_open.value() == 0; }, 50ms));
  intake.release();
  EXPECT_TRUE(run_until([&] { return statistics.tcp_open.value() == 0; }));
  Octets heard(512);
  EXPECT_EQ(::recv(client.get(), heard.data(), heard.size(), 0), std::ssize(octets));
}

TEST_F(TcpTransport, a_client_that_goes_away_is_forgotten_with_its_queries) {
  listen();
  intake.hold = true;
  {
    const auto client = connect();
    client->stream->send(framed(kit::query("x.test")));
    EXPECT_TRUE(run_until([&] { return intake.held.size() == 1; }));
  }
  intake.release();  // nobody is there, and nothing happens
  EXPECT_TRUE(run_until([&] { return statistics.tcp_open.value() == 0; }));
  const auto other = connect();
  intake.hold = false;
  other->stream->send(framed(kit::query("y.test")));
  EXPECT_TRUE(run_until([&] { return other->messages() == 1; }));
}

}  // namespace
}  // namespace weir::edge::transports
