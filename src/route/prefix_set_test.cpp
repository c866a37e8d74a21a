// Tests of sets of addresses.
#include "route/prefix_set.h"

#include <gtest/gtest.h>

#include "base/random.h"
#include "kit/routes.h"

namespace weir::route {
namespace {

using kit::address;
using kit::prefix;

TEST(PrefixSet, knows_its_edges) {
  const std::vector<Prefix> prefixes = {prefix("192.0.2.0/25"), prefix("192.0.2.128/25"),
                                        prefix("2001:db8::/32"), prefix("10.1.2.3")};
  const PrefixSet set(prefixes);
  EXPECT_TRUE(set.contains(address("192.0.2.0")));
  EXPECT_TRUE(set.contains(address("192.0.2.255")));
  EXPECT_FALSE(set.contains(address("192.0.1.255")));
  EXPECT_FALSE(set.contains(address("192.0.3.0")));
  EXPECT_TRUE(set.contains(address("10.1.2.3")));
  EXPECT_TRUE(set.contains(address("2001:db8:ffff:ffff:ffff:ffff:ffff:ffff")));
  EXPECT_FALSE(set.contains(address("2001:db9::")));
  EXPECT_TRUE(set.touches(prefix("0.0.0.0/0")));
  EXPECT_TRUE(set.touches(prefix("192.0.2.7")));
  EXPECT_FALSE(set.touches(prefix("192.0.3.0/24")));
  EXPECT_FALSE(set.covers(prefix("192.0.0.0/16")));
}

TEST(PrefixSet, families_are_apart) {
  const std::vector<Prefix> all = {prefix("::/0")};
  EXPECT_FALSE(PrefixSet(all).contains(address("192.0.2.1")));
  EXPECT_TRUE(PrefixSet(all).covers(prefix("::/0")));
  EXPECT_FALSE(PrefixSet().contains(address("::")));
}

TEST(PrefixSet, agrees_with_looking_at_every_prefix) {
  SeededRandom random(5);
  for (int round = 0; round < 200; ++round) {
    std::vector<Prefix> prefixes;
    for (uint64_t i = random.below(8); i != 0; --i) {
      const uint8_t octets[4] = {10, 0, 0, static_cast<uint8_t>(random.next())};
      prefixes.push_back({IpAddress::v4(octets), static_cast<uint8_t>(24 + random.below(9))});
    }
    const PrefixSet set(prefixes);
    for (unsigned last = 0; last < 256; ++last) {
      const uint8_t octets[4] = {10, 0, 0, static_cast<uint8_t>(last)};
      const IpAddress host = IpAddress::v4(octets);
      const bool expected =
          std::ranges::any_of(prefixes, [&](const Prefix& each) { return each.contains(host); });
      ASSERT_EQ(set.contains(host), expected) << host.to_text();
    }
  }
}

}  // namespace
}  // namespace weir::route
