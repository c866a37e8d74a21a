// Tests of the arithmetic on prefixes.
#include "route/policy.h"

#include <gtest/gtest.h>

#include "kit/routes.h"

namespace weir::route {
namespace {

TEST(Prefixes, are_masked_to_their_length) {
  EXPECT_EQ(masked(kit::prefix("192.0.2.255/25")), kit::prefix("192.0.2.128/25"));
  EXPECT_EQ(masked(kit::prefix("192.0.2.255/32")), kit::prefix("192.0.2.255"));
  EXPECT_EQ(masked(kit::prefix("192.0.2.255/0")), kit::prefix("0.0.0.0/0"));
  EXPECT_EQ(masked(kit::prefix("2001:db8:ffff::1/33")), kit::prefix("2001:db8:8000::/33"));
}

TEST(Prefixes, of_one_address_are_hosts) {
  EXPECT_TRUE(is_host(host_prefix(kit::address("192.0.2.1"))));
  EXPECT_TRUE(is_host(kit::prefix("2001:db8::1/128")));
  EXPECT_FALSE(is_host(kit::prefix("2001:db8::1/32")));
}

}  // namespace
}  // namespace weir::route
