// Going to a namespace and back.
#include "io/capture/net_namespace.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace weir::io {
namespace {

TEST(NetNamespace, a_name_is_one_of_ip_netns_and_anything_else_a_path) {
  EXPECT_EQ(NetNamespace("blue").path(), "/run/netns/blue");
  EXPECT_EQ(NetNamespace("/proc/1/ns/net").path(), "/proc/1/ns/net");
  EXPECT_TRUE(NetNamespace("").is_own());
}

TEST(NetNamespace, one_that_is_not_there_has_no_identity_and_is_not_visited) {
  const NetNamespace missing("weir-no-such-namespace");
  EXPECT_EQ(missing.identity(), 0u);
  const auto visit = missing.visit();
  ASSERT_FALSE(visit);
  EXPECT_THAT(visit.error().what, ::testing::HasSubstr("/run/netns/weir-no-such-namespace"));
}

TEST(NetNamespace, our_own_is_visited_without_leaving) {
  EXPECT_TRUE(NetNamespace("").visit());
  EXPECT_NE(NetNamespace("/proc/self/ns/net").identity(), 0u);
}

}  // namespace
}  // namespace weir::io
