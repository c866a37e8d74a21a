// Accepting: bursts, a shortage of descriptors, ports in use, and listeners that end in their own
// call.
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <memory>
#include <vector>

#include "base/log.h"
#include "io/address.h"
#include "io/stream.h"
#include "kit/run_loop.h"

namespace weir::io {
namespace {

using kit::run_until;

UniqueFd dial(const Endpoint& to) {
  auto fd = open_socket(to.address, SOCK_STREAM);
  EXPECT_TRUE(fd);
  SocketAddress address;
  const socklen_t length = write_address(to, address);
  ::connect(fd->get(), &address.any, length);
  return *std::move(fd);
}

TEST(Listener, accepts_a_burst_larger_than_a_turn) {
  Loop loop;
  std::vector<UniqueFd> accepted;
  auto listener = listen_stream(loop, *Endpoint::parse("127.0.0.1:0"), false,
                                [&](UniqueFd fd, Endpoint peer, Endpoint) {
                                  EXPECT_NE(0, peer.port);
                                  accepted.push_back(std::move(fd));
                                });
  ASSERT_TRUE(listener);
  std::vector<UniqueFd> dialled;
  for (int i = 0; i < 200; ++i) dialled.push_back(dial((*listener)->local()));
  EXPECT_TRUE(run_until(loop, [&] { return accepted.size() == 200; }));
}

TEST(Listener, on_any_address_tells_the_one_that_was_dialled) {
  Loop loop;
  Endpoint dialled_at;
  auto listener = listen_stream(loop, *Endpoint::parse("0.0.0.0:0"), false,
                                [&](UniqueFd, Endpoint, Endpoint own) { dialled_at = own; });
  ASSERT_TRUE(listener);
  const Endpoint to{*IpAddress::parse("127.0.0.9"), (*listener)->local().port};
  const UniqueFd fd = dial(to);
  EXPECT_TRUE(run_until(loop, [&] { return dialled_at == to; }));
}

TEST(Listener, waits_out_a_shortage_of_descriptors) {
  Loop loop;
  size_t accepted = 0;
  auto listener = listen_stream(loop, *Endpoint::parse("127.0.0.1:0"), false,
                                [&](UniqueFd, Endpoint, Endpoint) { ++accepted; });
  ASSERT_TRUE(listener);
  const UniqueFd client = dial((*listener)->local());
  // Said before, too, because sanitizers need descriptors when they meet the log for the first
  // time.
  log::warning("a shortage of descriptors is about to be tested");
  rlimit usual{};
  ASSERT_EQ(0, ::getrlimit(RLIMIT_NOFILE, &usual));
  rlimit none = usual;
  none.rlim_cur = 0;
  ASSERT_EQ(0, ::setrlimit(RLIMIT_NOFILE, &none));
  EXPECT_TRUE(run_until(loop, [&] { return (*listener)->pauses() >= 2; }));
  EXPECT_LE((*listener)->pauses(), 3u);  // it rests in between instead of spinning
  EXPECT_EQ(0u, accepted);
  ASSERT_EQ(0, ::setrlimit(RLIMIT_NOFILE, &usual));
  EXPECT_TRUE(run_until(loop, [&] { return accepted == 1; }));
}

TEST(Listener, may_be_destroyed_in_its_callback) {
  Loop loop;
  std::unique_ptr<Listener> listener;
  int calls = 0;
  auto made = listen_stream(loop, *Endpoint::parse("127.0.0.1:0"), false,
                            [&](UniqueFd, Endpoint, Endpoint) {
                              ++calls;
                              listener.reset();
                            });
  ASSERT_TRUE(made);
  listener = *std::move(made);
  const UniqueFd first = dial(listener->local()), second = dial(listener->local());
  EXPECT_TRUE(run_until(loop, [&] { return calls > 0; }));
  EXPECT_FALSE(run_until(loop, [&] { return calls > 1; }, 5ms));
}

TEST(Listener, says_which_address_is_taken) {
  Loop loop;
  const auto ignore = [](UniqueFd, Endpoint, Endpoint) {};
  auto first = listen_stream(loop, *Endpoint::parse("127.0.0.1:0"), true, ignore);
  ASSERT_TRUE(first);
  const Endpoint taken = (*first)->local();
  EXPECT_TRUE(listen_stream(loop, taken, true, ignore));
  const auto refused = listen_stream(loop, taken, false, ignore);
  ASSERT_FALSE(refused);
  EXPECT_NE(std::string::npos, refused.error().what.find(taken.to_text()));
}

}  // namespace
}  // namespace weir::io
