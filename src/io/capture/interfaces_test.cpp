// Finding interfaces and hearing of their changes, in a namespace of the test's own.
#include "io/capture/interfaces.h"

#include <gtest/gtest.h>

#include "kit/lone_network.h"

namespace weir::io {
namespace {

TEST(Interfaces, loopback_is_found_by_name_and_called_by_index) {
  const auto interfaces = Interfaces::open();
  ASSERT_TRUE(interfaces);
  const auto lo = interfaces->find("lo");
  ASSERT_TRUE(lo);
  EXPECT_TRUE(lo->loopback && lo->ethernet && lo->known_link);
  EXPECT_EQ(interfaces->name_of(lo->index), "lo");
  EXPECT_FALSE(interfaces->find("weir-none"));
  EXPECT_FALSE(interfaces->find("a name that no interface can have"));
  EXPECT_FALSE(interfaces->name_of(1u << 30));
}

TEST(Interfaces, a_change_is_heard) {
  const auto change = [] {
    Loop loop;
    auto interfaces = Interfaces::open();
    ASSERT_TRUE(interfaces);
    Timer deadline(loop);
    deadline.start(10s, [&] { loop.stop(); });
    bool heard = false;
    interfaces->on_change(loop, [&] {
      heard = true;
      loop.stop();
    });
    ifreq down{};
    down.ifr_name[0] = 'l';
    down.ifr_name[1] = 'o';
    const UniqueFd fd(::socket(AF_INET, SOCK_DGRAM, 0));
    ASSERT_EQ(::ioctl(fd.get(), SIOCSIFFLAGS, &down), 0);
    loop.run();
    EXPECT_TRUE(heard);
    EXPECT_FALSE(interfaces->find("lo")->up);
  };
  if (!kit::in_lone_network(change)) GTEST_SKIP() << "no network namespace: needs CAP_SYS_ADMIN";
}

}  // namespace
}  // namespace weir::io
