// The bounds hold exactly, for one thread and for many.
#include "edge/client_limits.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace weir::edge {
namespace {

IpAddress address(const char* text) { return *IpAddress::parse(text); }

TcpSettings limits(size_t most, size_t most_per_client) {
  TcpSettings settings;
  settings.max_connections = most;
  settings.max_connections_per_client = most_per_client;
  return settings;
}

TEST(ClientLimits, D54_one_client_has_its_own_bound_and_leaves_room_for_others) {
  ClientLimits clients(limits(100, 2), SystemRandom());
  const IpAddress greedy = address("192.0.2.1");
  EXPECT_TRUE(clients.enter(greedy));
  EXPECT_TRUE(clients.enter(greedy));
  EXPECT_FALSE(clients.enter(greedy));
  EXPECT_TRUE(clients.enter(address("2001:db8::1")));
  clients.leave(greedy);
  EXPECT_TRUE(clients.enter(greedy));
  EXPECT_FALSE(clients.enter(greedy));
}

TEST(ClientLimits, all_clients_together_have_one_and_refusals_take_no_place) {
  ClientLimits clients(limits(3, 3), SystemRandom());
  for (const char* text : {"192.0.2.1", "192.0.2.2", "192.0.2.3"})
    EXPECT_TRUE(clients.enter(address(text)));
  for (int i = 0; i < 10; ++i) EXPECT_FALSE(clients.enter(address("192.0.2.4")));
  clients.leave(address("192.0.2.1"));
  EXPECT_TRUE(clients.enter(address("192.0.2.4")));
}

TEST(ClientLimits, threads_never_exceed_the_bound_together) {
  ClientLimits clients(limits(1000, 5), SystemRandom());
  const IpAddress client = address("192.0.2.1");
  std::atomic<int> inside{0};
  std::atomic<int> most{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&] {
      for (int i = 0; i < 20000; ++i) {
        if (!clients.enter(client)) continue;
        const int now = ++inside;
        for (int seen = most; seen < now && !most.compare_exchange_weak(seen, now);) {
        }
        --inside;
        clients.leave(client);
      }
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_LE(most, 5);
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(clients.enter(client));
  EXPECT_FALSE(clients.enter(client));
}

}  // namespace
}  // namespace weir::edge
