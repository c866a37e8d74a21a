// DNS over UDP on real sockets.
#include <gtest/gtest.h>

#include "io/udp_socket.h"
#include "kit/transport_bench.h"

namespace weir::edge::transports {
namespace {

struct UdpTransport : TransportBench {
  void listen(std::string_view endpoint) {
    auto made = make_udp_transport(context(), *Endpoint::parse(endpoint));
    ASSERT_TRUE(made.ok()) << made.error().what;
    transport = *std::move(made);
    client.emplace(*io::UdpSocket::connect(transport->local(), {}));
  }
  size_t receive() {
    size_t count = 0;
    for (auto batch = client->receive(); !batch.empty(); batch = client->receive())
      count += batch.size();
    return count;
  }
  std::unique_ptr<Transport> transport;
  std::optional<io::UdpSocket> client;
};

TEST_F(UdpTransport, W01_every_datagram_of_a_burst_is_answered) {
  for (const char* endpoint : {"127.0.0.1:0", "[::1]:0"}) {
    listen(endpoint);
    size_t answered = 0;
    for (int round = 0; round < 5; ++round) {
      for (int i = 0; i < 100; ++i) ASSERT_TRUE(client->send(kit::query("burst.test")));
      const size_t wanted = answered + 100;
      EXPECT_TRUE(run_until([&] { return (answered += receive()) == wanted; })) << endpoint;
    }
  }
  EXPECT_EQ(statistics.unsent.value(), 0U);
}

TEST_F(UdpTransport, answers_that_come_later_find_their_client) {
  listen("127.0.0.1:0");
  intake.hold = true;
  for (int i = 0; i < 200; ++i) ASSERT_TRUE(client->send(kit::query("late.test")));
  ASSERT_TRUE(run_until([&] { return intake.held.size() == 200; }));
  intake.release();
  transport->flush();
  size_t answered = 0;
  EXPECT_TRUE(run_until([&] { return (answered += receive()) == 200; }));
}

TEST_F(UdpTransport, after_draining_nothing_is_taken_any_more) {
  listen("127.0.0.1:0");
  transport->drain();
  ASSERT_TRUE(client->send(kit::query("x.test")));
  EXPECT_FALSE(run_until([&] { return !intake.arrived.empty(); }, 50ms));
}

}  // namespace
}  // namespace weir::edge::transports
