// Attribute sets: exact octets for internal and external neighbours, of either width.
#include "proto/bgp/attribute_set.h"

#include <gtest/gtest.h>

#include "proto/bgp/vectors.h"

namespace weir::bgp {
namespace {

RouteAttributes plain() {
  RouteAttributes attributes;
  attributes.next_hop_v4 = IpAddress::parse("192.0.2.9");
  return attributes;
}

std::string classic(const RouteAttributes& attributes, const AttributeContext& context) {
  return to_hex(AttributeSet::encode(attributes, context).classic());
}

TEST(BgpAttributeSet, internal_routes_have_an_empty_path_and_local_pref_100) {  // B-25
  EXPECT_EQ(classic(plain(), {.external = false, .local_as = 65000}),
            "40010100"
            "400200"
            "400304c0000209"
            "40050400000064");
}

TEST(BgpAttributeSet, external_routes_begin_with_our_own_as_and_have_no_local_pref) {
  RouteAttributes attributes = plain();
  attributes.local_pref = 200;
  EXPECT_EQ(classic(attributes, {.external = true, .local_as = 65000}),
            "40010100"
            "40020602010000fde8"
            "400304c0000209");
}

TEST(BgpAttributeSet, all_attributes_stand_in_order_of_their_types) {
  RouteAttributes attributes = plain();
  attributes.origin = Origin::kIncomplete;
  attributes.as_path = {65537};
  attributes.med = 5;
  attributes.atomic_aggregate = true;
  attributes.aggregator = Aggregator{65000, *IpAddress::parse("192.0.2.1")};
  attributes.communities = {community::kNoExport, 0xfde80064};
  attributes.extended_communities = {0x0002fde800000064};
  attributes.large_communities = {{1, 2, 3}};
  attributes.only_to_customer = 65000;
  EXPECT_EQ(classic(attributes, {.external = true, .local_as = 65000}),
            "40010102"
            "40020a02020000fde800010001"
            "400304c0000209"
            "80040400000005"
            "400600"
            "c007080000fde8c0000201"
            "c00808ffffff01fde80064"
            "c010080002fde800000064"
            "c0200c000000010000000200000003"
            "c023040000fde8");
}

TEST(BgpAttributeSet, a_neighbour_of_two_octet_numbers_gets_as_trans_and_as4_path) {
  RouteAttributes attributes = plain();
  attributes.aggregator = Aggregator{65537, *IpAddress::parse("192.0.2.1")};
  EXPECT_EQ(classic(attributes, {.external = true, .four_octet_as = false, .local_as = 65537}),
            "40010100"
            "40020402015ba0"
            "400304c0000209"
            "c007065ba0c0000201"
            "c01106020100010001"
            "c0120800010001c0000201");
  EXPECT_EQ(classic(plain(), {.external = true, .four_octet_as = false, .local_as = 65000}),
            "40010100"
            "4002040201fde8"
            "400304c0000209");
}

TEST(BgpAttributeSet, long_values_have_extended_lengths_and_long_paths_more_segments) {
  RouteAttributes attributes = plain();
  attributes.as_path.assign(300, 65001);
  const AttributeSet set = AttributeSet::encode(attributes, {.external = false, .local_as = 1});
  Bytes list = set.classic();
  RawAttribute attribute;
  next_attribute(list, attribute);
  ASSERT_EQ(next_attribute(list, attribute), AttributeStep::kAttribute);
  EXPECT_TRUE(attribute.has(attribute_flag::kExtendedLength));
  const auto path = AsPath::parse(attribute.value, 4, false);
  ASSERT_TRUE(path.has_value());
  EXPECT_EQ(path->hops(), 300u);
}

TEST(BgpAttributeSet, the_ipv6_next_hop_stands_apart) {
  RouteAttributes attributes = plain();
  attributes.next_hop_v6 = NextHop{*IpAddress::parse("2001:db8::9"), IpAddress::parse("fe80::1")};
  const AttributeSet set = AttributeSet::encode(attributes, {.external = false, .local_as = 1});
  EXPECT_EQ(to_hex(set.next_hop_v6()),
            "20010db8000000000000000000000009"
            "fe800000000000000000000000000001");
  EXPECT_EQ(to_hex(set.before_next_hop()),
            "40010100"
            "400200");
  EXPECT_EQ(to_hex(set.after_next_hop()), "40050400000064");
}

}  // namespace
}  // namespace weir::bgp
