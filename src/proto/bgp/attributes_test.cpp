// Attribute lists, walked; and lists of communities.
#include "proto/bgp/attributes.h"

#include <gtest/gtest.h>

#include "proto/bgp/vectors.h"

namespace weir::bgp {
namespace {

TEST(BgpAttributes, are_walked_with_short_and_extended_lengths) {
  const Octets octets = hex("40 01 01 00  50 02 0000  c0 08 04 ffffff01");
  Bytes list = octets;
  RawAttribute attribute;
  ASSERT_EQ(next_attribute(list, attribute), AttributeStep::kAttribute);
  EXPECT_EQ(attribute.type, AttributeType::kOrigin);
  EXPECT_EQ(to_hex(attribute.value), "00");
  ASSERT_EQ(next_attribute(list, attribute), AttributeStep::kAttribute);
  EXPECT_EQ(attribute.type, AttributeType::kAsPath);
  EXPECT_TRUE(attribute.value.empty());
  EXPECT_EQ(to_hex(attribute.octets), "50020000");
  ASSERT_EQ(next_attribute(list, attribute), AttributeStep::kAttribute);
  EXPECT_TRUE(attribute.has(attribute_flag::kOptional));
  EXPECT_EQ(u32_at(attribute.value, 0), community::kNoExport);
  EXPECT_EQ(next_attribute(list, attribute), AttributeStep::kEnd);
}

TEST(BgpAttributes, what_cannot_be_one_is_a_stub_or_overruns) {
  const auto step_of = [](std::string_view octets) {
    const Octets list = hex(octets);
    Bytes left = list;
    RawAttribute attribute;
    return next_attribute(left, attribute);
  };
  EXPECT_EQ(step_of("40"), AttributeStep::kStub);
  EXPECT_EQ(step_of("40 01"), AttributeStep::kStub);
  EXPECT_EQ(step_of("50 01 00"), AttributeStep::kStub);
  EXPECT_EQ(step_of("40 01 01"), AttributeStep::kOverrun);
  EXPECT_EQ(step_of("50 01 0002 00"), AttributeStep::kOverrun);
}

TEST(BgpAttributes, communities_are_found) {
  const Octets communities = hex("ffff0000 ffff029a");
  EXPECT_TRUE(contains_u32(communities, community::kBlackhole));
  EXPECT_TRUE(contains_u32(communities, community::kGracefulShutdown));
  EXPECT_FALSE(contains_u32(communities, community::kNoExport));
  const Octets extended = hex("0002 fde8 00000064");
  EXPECT_EQ(u64_at(extended, 0), 0x0002fde800000064u);
  const Octets large = hex("00000001 00000002 00000003");
  EXPECT_EQ(large_at(large, 0), (LargeCommunity{1, 2, 3}));
}

TEST(BgpAttributes, a_route_marked_only_to_customers_does_not_come_from_one) {
  EXPECT_TRUE(is_leaked(65001, Role::kCustomer, 65001));
  EXPECT_TRUE(is_leaked(65001, Role::kRouteServerClient, 65001));
  EXPECT_TRUE(is_leaked(65002, Role::kPeer, 65001));
  EXPECT_FALSE(is_leaked(65001, Role::kPeer, 65001));
  EXPECT_FALSE(is_leaked(65002, Role::kProvider, 65001));
  EXPECT_FALSE(is_leaked(std::nullopt, Role::kCustomer, 65001));
}

}  // namespace
}  // namespace weir::bgp
