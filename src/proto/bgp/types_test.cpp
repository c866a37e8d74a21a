// Names of numbers, and sets of families.
#include "proto/bgp/types.h"

#include <gtest/gtest.h>

namespace weir::bgp {
namespace {

TEST(BgpTypes, families_are_afi_and_safi_and_others_are_none) {
  EXPECT_EQ(family_of(1, 1), Family::kIpv4Unicast);
  EXPECT_EQ(family_of(2, 1), Family::kIpv6Unicast);
  EXPECT_EQ(family_of(1, 2), std::nullopt);
  EXPECT_EQ(family_of(0, 1), std::nullopt);
  EXPECT_EQ(family_of(25, 1), std::nullopt);
  for (const Family family : kFamilies) EXPECT_EQ(family_of(afi_of(family), 1), family);
}

TEST(BgpTypes, a_set_of_families_has_what_was_added_and_meets_another) {
  FamilySet set(Family::kIpv6Unicast);
  EXPECT_FALSE(set.has(Family::kIpv4Unicast));
  EXPECT_EQ((FamilySet::all() & set), set);
  EXPECT_TRUE((FamilySet(Family::kIpv4Unicast) & set).empty());
  EXPECT_EQ(FamilySet::all().size(), 2u);
}

TEST(BgpTypes, what_has_no_name_is_called_by_its_number) {
  EXPECT_EQ(to_text(AttributeType::kMpReach), "MP_REACH_NLRI");
  EXPECT_EQ(to_text(static_cast<AttributeType>(23)), "attribute 23");
  EXPECT_EQ(to_text(MessageType::kRouteRefresh), "ROUTE-REFRESH");
  EXPECT_EQ(to_text(Family::kIpv6Unicast), "IPv6 unicast");
}

}  // namespace
}  // namespace weir::bgp
