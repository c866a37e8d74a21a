// What two OPENs agree on, and each reason why they do not.
#include "proto/bgp/session/negotiation.h"

#include <gtest/gtest.h>

namespace weir::bgp {
namespace {

SessionSettings ours() {
  SessionSettings settings;
  settings.local_as = 65000;
  settings.peer_as = 65001;
  settings.identifier = 0xc0000201;
  return settings;
}

SessionSettings theirs() {
  SessionSettings settings;
  settings.local_as = 65001;
  settings.peer_as = 65000;
  settings.identifier = 0xc0000202;
  return settings;
}

void expect_refused(const SessionSettings& settings, const Open& open, OpenError error,
                    std::string_view data = "") {
  const auto agreed = negotiate(settings, open);
  ASSERT_FALSE(agreed.ok());
  EXPECT_EQ(agreed.error().code, ErrorCode::kOpen);
  EXPECT_EQ(agreed.error().subcode, static_cast<uint8_t>(error));
  EXPECT_EQ(to_hex(agreed.error().data), data);
}

TEST(BgpNegotiation, takes_what_both_can_and_the_smaller_hold_time) {
  SessionSettings peer = theirs();
  peer.hold = 30s;
  peer.families = FamilySet(Family::kIpv6Unicast);
  const auto agreed = negotiate(ours(), our_open(peer));
  ASSERT_TRUE(agreed.ok());
  EXPECT_EQ(agreed->hold, 30s);
  EXPECT_EQ(agreed->families, FamilySet(Family::kIpv6Unicast));
  EXPECT_TRUE(agreed->external && agreed->four_octet_as && agreed->enhanced_route_refresh);
  EXPECT_FALSE(agreed->ipv4_over_ipv6) << "we did not offer it";
  EXPECT_EQ(agreed->max_message(), kMaxExtendedMessage);
  EXPECT_EQ(agreed->update_context().first_as, 65001u);
}

TEST(BgpNegotiation, a_neighbour_without_capabilities_speaks_ipv4_in_small_messages) {
  const auto agreed =
      negotiate(ours(), {.as = 65001, .hold_seconds = 0, .identifier = 9, .capabilities = {}});
  ASSERT_TRUE(agreed.ok());
  EXPECT_EQ(agreed->families, FamilySet(Family::kIpv4Unicast));
  EXPECT_EQ(agreed->hold, 0s);
  EXPECT_FALSE(agreed->four_octet_as);
  EXPECT_EQ(agreed->max_message(), kMaxMessage);
}

TEST(BgpNegotiation, refuses_another_as_and_our_own_identifier_inside) {
  Open open = our_open(theirs());
  open.as = 65002;
  expect_refused(ours(), open, OpenError::kPeerAs);
  SessionSettings any = ours();
  any.peer_as = 0;
  EXPECT_TRUE(negotiate(any, open).ok());
  open.identifier = ours().identifier;
  EXPECT_TRUE(negotiate(any, open).ok()) << "outside it may be the same (RFC 6286)";
  open.as = 65000;
  expect_refused(any, open, OpenError::kIdentifier);
}

TEST(BgpNegotiation, bgp_minimum_holdtime) {
  SessionSettings settings = ours();
  settings.least_hold = 20s;
  Open open = our_open(theirs());
  open.hold_seconds = 19;
  expect_refused(settings, open, OpenError::kHoldTime);
  open.hold_seconds = 20;
  EXPECT_TRUE(negotiate(settings, open).ok());
}

TEST(BgpNegotiation, no_family_in_common_names_what_is_needed) {
  SessionSettings v4 = ours(), v6 = theirs();
  v4.families = FamilySet(Family::kIpv4Unicast);
  v6.families = FamilySet(Family::kIpv6Unicast);
  expect_refused(v4, our_open(v6), OpenError::kCapability, "010400010001");
  std::swap(v4.families, v6.families);
  expect_refused(v4, our_open(v6), OpenError::kCapability, "010400020001");
  Open none = our_open(theirs());
  none.capabilities.families = {};
  expect_refused(ours(), none, OpenError::kCapability, "010400010001010400020001");
}

TEST(BgpNegotiation, bgp_roles_that_do_not_go_together_are_refused) {  // RFC 9234 §4.2
  using enum Role;
  const auto fits = [](Role a, Role b) {
    SessionSettings settings = ours(), peer = theirs();
    settings.role = a;
    peer.role = b;
    const auto agreed = negotiate(settings, our_open(peer));
    if (!agreed) {
      EXPECT_EQ(agreed.error().subcode, static_cast<uint8_t>(OpenError::kRoleMismatch));
    }
    return agreed.ok();
  };
  for (const Role a : {kProvider, kRouteServer, kRouteServerClient, kCustomer, kPeer}) {
    for (const Role b : {kProvider, kRouteServer, kRouteServerClient, kCustomer, kPeer}) {
      const bool fine = (a == kProvider && b == kCustomer) || (a == kCustomer && b == kProvider) ||
                        (a == kRouteServer && b == kRouteServerClient) ||
                        (a == kRouteServerClient && b == kRouteServer) ||
                        (a == kPeer && b == kPeer);
      EXPECT_EQ(fits(a, b), fine) << static_cast<int>(a) << ' ' << static_cast<int>(b);
    }
  }
  EXPECT_FALSE(fits(kPeer, static_cast<Role>(9)));
}

TEST(BgpNegotiation, a_role_that_is_missing_or_said_twice) {
  SessionSettings settings = ours();
  settings.role = Role::kPeer;
  EXPECT_TRUE(negotiate(settings, our_open(theirs())).ok());
  settings.strict_role = true;
  expect_refused(settings, our_open(theirs()), OpenError::kRoleMismatch);
  Open twice = our_open(theirs());
  twice.capabilities.roles_differ = true;
  expect_refused(ours(), twice, OpenError::kRoleMismatch);
  settings.peer_as = settings.local_as;
  EXPECT_FALSE(our_open(settings).capabilities.role.has_value()) << "not inside";
}

TEST(BgpNegotiation, of_two_connections_the_higher_identifier_then_as_keeps_its_own) {
  const Negotiated peer{.peer_as = 65001, .peer_identifier = 0xc0000202};
  SessionSettings settings = ours();
  EXPECT_FALSE(ours_survives(settings, peer));
  settings.identifier = 0xc0000203;
  EXPECT_TRUE(ours_survives(settings, peer));
  settings.identifier = peer.peer_identifier;
  EXPECT_FALSE(ours_survives(settings, peer)) << "the higher AS is theirs (RFC 6286 2.3)";
  settings.local_as = 65002;
  EXPECT_TRUE(ours_survives(settings, peer));
}

TEST(BgpNegotiation, soft_notifications_need_both) {  // RFC 8538
  SessionSettings settings = ours(), peer = theirs();
  settings.graceful_restart = GracefulRestart{.notification = true, .families = FamilySet::all()};
  EXPECT_FALSE(negotiate(settings, our_open(peer))->soft_notification);
  peer.graceful_restart = GracefulRestart{.families = FamilySet::all()};
  EXPECT_FALSE(negotiate(settings, our_open(peer))->soft_notification);
  peer.graceful_restart->notification = true;
  EXPECT_TRUE(negotiate(settings, our_open(peer))->soft_notification);
}

}  // namespace
}  // namespace weir::bgp
