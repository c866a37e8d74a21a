// Prints one BGP message of each kind as weir writes it, `name hexadecimal` a line, for
// tests/integration/test_bgp_matches_tshark.py.
#include <fmt/core.h>

#include <string_view>
#include <vector>

#include "proto/bgp/open.h"
#include "proto/bgp/pack.h"
#include "proto/bgp/route_refresh.h"

namespace weir::bgp {
namespace {

void print(std::string_view name, Bytes octets) { fmt::print("{} {}\n", name, to_hex(octets)); }

void print_opens() {
  Open open{.as = 4'200'000'000, .hold_seconds = 90, .identifier = 0xc0000201, .capabilities = {}};
  Capabilities& capabilities = open.capabilities;
  capabilities.families = FamilySet::all();
  capabilities.route_refresh = capabilities.enhanced_route_refresh = true;
  print("open", encode(open));
  capabilities.extended_message = capabilities.ipv4_over_ipv6 = true;
  capabilities.graceful_restart =
      GracefulRestart{true, true, 120, FamilySet::all(), FamilySet(Family::kIpv4Unicast)};
  capabilities.long_lived = LongLived{FamilySet::all(), {}, {3600, 7200}};
  capabilities.role = Role::kCustomer;
  capabilities.host_name = "router";
  capabilities.domain_name = "example.org";
  print("open_everything", encode(open));
}

RouteAttributes everything() {
  RouteAttributes route;
  route.as_path = {65001, 4'200'000'001};
  route.next_hop_v4 = IpAddress::parse("192.0.2.9");
  route.next_hop_v6 = NextHop{*IpAddress::parse("2001:db8::9"), IpAddress::parse("fe80::9")};
  route.med = 7;
  route.local_pref = 200;
  route.atomic_aggregate = true;
  route.aggregator = Aggregator{65001, *IpAddress::parse("192.0.2.7")};
  route.communities = {community::kNoExport, 0xfde80064};
  route.extended_communities = {0x0002fde800000064};
  route.large_communities = {{4'200'000'000, 2, 3}};
  return route;
}

void print_packed(std::string_view name, Family family, const AttributeSet& attributes,
                  const std::vector<Prefix>& prefixes) {
  Octets out(kMaxMessage);
  const Packed packed = pack_announcement(family, attributes, prefixes, out);
  print(name, Bytes(out).first(packed.octets));
}

void print_updates() {
  const std::vector<Prefix> v4 = {*Prefix::parse("198.51.100.1"), *Prefix::parse("203.0.113.0/25")};
  const std::vector<Prefix> v6 = {*Prefix::parse("2001:db8:1::1"), *Prefix::parse("2001:db8::/33")};
  RouteAttributes plain;
  plain.next_hop_v4 = IpAddress::parse("192.0.2.9");
  plain.next_hop_v6 = NextHop{*IpAddress::parse("fd00::1"), std::nullopt};
  const auto inside = AttributeSet::encode(plain, {.external = false, .local_as = 65000});
  print_packed("ipv4", Family::kIpv4Unicast, inside, v4);
  print_packed("ipv6", Family::kIpv6Unicast, inside, v6);
  const auto full = AttributeSet::encode(everything(), {.external = false, .local_as = 65000});
  print_packed("ipv4_everything", Family::kIpv4Unicast, full, v4);
  print_packed("ipv6_everything", Family::kIpv6Unicast, full, v6);
  plain.next_hop_v4.reset();
  const auto outside = AttributeSet::encode(plain, {.external = true, .local_as = 4'200'000'000});
  print_packed("ipv4_over_ipv6", Family::kIpv4Unicast, outside, v4);
  Octets out(kMaxMessage);
  print("withdraw_ipv4", Bytes(out).first(pack_withdrawal(Family::kIpv4Unicast, v4, out).octets));
  print("withdraw_ipv6", Bytes(out).first(pack_withdrawal(Family::kIpv6Unicast, v6, out).octets));
  print("end_ipv4", end_of_rib(Family::kIpv4Unicast));
  print("end_ipv6", end_of_rib(Family::kIpv6Unicast));
}

void print_others() {
  print("keepalive", kKeepalive);
  print("refresh", encode(RouteRefresh{Family::kIpv6Unicast, Demarcation::kRequest}));
  print("refresh_end", encode(RouteRefresh{Family::kIpv4Unicast, Demarcation::kEnd}));
  const Octets text = shutdown_data("back at ten");
  print("shutdown", encode(Notification(Cease::kShutdown, text)));
  const Octets inner = hard_reset_data(Notification(Cease::kReset));
  print("hard_reset", encode(Notification(Cease::kHardReset, inner)));
}

}  // namespace
}  // namespace weir::bgp

int main() {
  weir::bgp::print_opens();
  weir::bgp::print_updates();
  weir::bgp::print_others();
  return 0;
}
