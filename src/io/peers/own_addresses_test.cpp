// Tests of the addresses of this machine.
#include "io/peers/own_addresses.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace weir::io {
namespace {

TEST(OwnAddresses, has_those_of_loopback) {
  const auto addresses = OwnAddresses::open();
  ASSERT_TRUE(addresses);
  const auto all = addresses->list();
  EXPECT_NE(std::ranges::find(all, *IpAddress::parse("127.0.0.1")), all.end());
}

}  // namespace
}  // namespace weir::io
