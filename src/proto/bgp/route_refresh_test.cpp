// ROUTE-REFRESH with and without demarcation.
#include "proto/bgp/route_refresh.h"

#include <gtest/gtest.h>

#include "proto/bgp/vectors.h"

namespace weir::bgp {
namespace {

TEST(BgpRouteRefresh, comes_back_as_it_was_written) {
  for (const Family family : kFamilies) {
    for (const auto mark : {Demarcation::kRequest, Demarcation::kBegin, Demarcation::kEnd}) {
      const auto written = encode(RouteRefresh{family, mark});
      const Octets octets(written.begin(), written.end());
      const auto back = decode_route_refresh(frame_of(octets), true);
      ASSERT_TRUE(back.ok() && back->has_value());
      EXPECT_EQ(**back, (RouteRefresh{family, mark}));
    }
  }
}

TEST(BgpRouteRefresh, has_its_octets_in_order) {
  const auto written = encode(RouteRefresh{Family::kIpv6Unicast, Demarcation::kEnd});
  EXPECT_EQ(to_hex(written), std::string(32, 'f') +
                                 "0017"
                                 "05"
                                 "0002"
                                 "02"
                                 "01");
}

TEST(BgpRouteRefresh, what_nobody_knows_is_ignored) {
  for (const std::string_view body : {"0001 03 01", "0001 ff 01", "0001 00 80", "4004 00 01"}) {
    const Octets octets = message(MessageType::kRouteRefresh, body);
    const auto refresh = decode_route_refresh(frame_of(octets), true);
    ASSERT_TRUE(refresh.ok()) << body;
    EXPECT_FALSE(refresh->has_value()) << body;
  }
}

TEST(BgpRouteRefresh, without_demarcation_the_octet_means_nothing) {
  const Octets octets = message(MessageType::kRouteRefresh, "0001 02 01");
  const auto refresh = decode_route_refresh(frame_of(octets), false);
  ASSERT_TRUE(refresh.ok() && refresh->has_value());
  EXPECT_EQ((*refresh)->demarcation, Demarcation::kRequest);
}

TEST(BgpRouteRefresh, a_demarcation_of_another_length_comes_back_whole) {
  const Octets octets = message(MessageType::kRouteRefresh, "0001 01 01 00");
  const auto refresh = decode_route_refresh(frame_of(octets), true);
  ASSERT_FALSE(refresh.ok());
  EXPECT_EQ(refresh.error().code, ErrorCode::kRouteRefresh);
  EXPECT_EQ(refresh.error().subcode, 1);
  EXPECT_TRUE(equal(refresh.error().data, octets));
}

TEST(BgpRouteRefresh, a_request_with_filters_is_a_request) {
  const Octets octets = message(MessageType::kRouteRefresh, "0001 00 01 01 40 0003 010203");
  const auto refresh = decode_route_refresh(frame_of(octets), true);
  ASSERT_TRUE(refresh.ok() && refresh->has_value());
}

}  // namespace
}  // namespace weir::bgp
