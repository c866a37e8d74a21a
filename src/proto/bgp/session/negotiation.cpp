// Compares a neighbour's OPEN with what is wanted of it.
#include "proto/bgp/session/negotiation.h"

#include <algorithm>
#include <array>
#include <utility>

namespace weir::bgp {

namespace {

// What a neighbour without a common family lacks (RFC 5492 §3): multiprotocol, IPv4 and IPv6.
constexpr uint8_t kNeedIpv4[] = {1, 4, 0, 1, 0, 1};
constexpr uint8_t kNeedIpv6[] = {1, 4, 0, 2, 0, 1};
constexpr uint8_t kNeedEither[] = {1, 4, 0, 1, 0, 1, 1, 4, 0, 2, 0, 1};

Bytes needed(FamilySet families) {
  if (!families.has(Family::kIpv6Unicast)) return kNeedIpv4;
  return families.has(Family::kIpv4Unicast) ? Bytes(kNeedEither) : Bytes(kNeedIpv6);
}

/// RFC 9234 §4.2, table 2.
bool roles_fit(Role ours, Role theirs) {
  switch (ours) {
    case Role::kProvider: return theirs == Role::kCustomer;
    case Role::kCustomer: return theirs == Role::kProvider;
    case Role::kRouteServer: return theirs == Role::kRouteServerClient;
    case Role::kRouteServerClient: return theirs == Role::kRouteServer;
    case Role::kPeer: return theirs == Role::kPeer;
  }
  return false;
}

bool role_is_fine(const SessionSettings& settings, const Capabilities& peer) {
  if (peer.roles_differ) return false;
  if (!settings.role) return true;
  if (!peer.role) return !settings.strict_role;
  return roles_fit(*settings.role, *peer.role);
}

std::chrono::seconds agreed_hold(std::chrono::seconds ours, uint16_t theirs) {
  return std::min(ours, std::chrono::seconds(theirs));
}

FamilySet families_of(const Capabilities& peer) {
  return peer.multiprotocol ? peer.families : FamilySet(Family::kIpv4Unicast);
}

std::optional<Notification> objection(const SessionSettings& settings, const Open& peer) {
  const bool external = peer.as != settings.local_as;
  if (settings.peer_as != 0 && peer.as != settings.peer_as) return Notification(OpenError::kPeerAs);
  if (!external && peer.identifier == settings.identifier)
    return Notification(OpenError::kIdentifier);
  const std::chrono::seconds hold(peer.hold_seconds);
  if (hold != 0s && hold < settings.least_hold) return Notification(OpenError::kHoldTime);
  if ((families_of(peer.capabilities) & settings.families).empty())
    return Notification(OpenError::kCapability, needed(settings.families));
  if (external && !role_is_fine(settings, peer.capabilities))
    return Notification(OpenError::kRoleMismatch);
  return std::nullopt;
}

}  // namespace

UpdateContext Negotiated::update_context() const {
  return {external, four_octet_as, ipv4_over_ipv6, families,
          first_as ? std::optional(peer_as) : std::nullopt};
}

Open our_open(const SessionSettings& settings) {
  Open open;
  open.as = settings.local_as;
  open.hold_seconds = static_cast<uint16_t>(settings.hold.count());
  open.identifier = settings.identifier;
  Capabilities& offered = open.capabilities;
  offered.families = settings.families;
  offered.multiprotocol = true;
  offered.route_refresh = true;
  offered.enhanced_route_refresh = true;
  offered.extended_message = settings.extended_message;
  offered.ipv4_over_ipv6 = settings.ipv4_over_ipv6;
  offered.four_octet_as = settings.local_as;
  offered.graceful_restart = settings.graceful_restart;
  offered.long_lived = settings.long_lived;
  if (settings.peer_as != settings.local_as) offered.role = settings.role;
  offered.host_name = settings.host_name;
  offered.software = settings.software;
  return open;
}

Result<Negotiated, Notification> negotiate(const SessionSettings& settings, const Open& peer) {
  if (const auto wrong = objection(settings, peer)) return *wrong;
  const Capabilities& theirs = peer.capabilities;
  Negotiated agreed;
  agreed.peer_as = peer.as;
  agreed.peer_identifier = peer.identifier;
  agreed.external = peer.as != settings.local_as;
  agreed.hold = agreed_hold(settings.hold, peer.hold_seconds);
  agreed.families = families_of(theirs) & settings.families;
  agreed.four_octet_as = theirs.four_octet_as.has_value();
  agreed.route_refresh = theirs.route_refresh || theirs.enhanced_route_refresh;
  agreed.enhanced_route_refresh = theirs.enhanced_route_refresh;
  agreed.extended_message = settings.extended_message && theirs.extended_message;
  agreed.ipv4_over_ipv6 = settings.ipv4_over_ipv6 && theirs.ipv4_over_ipv6;
  agreed.first_as = settings.first_as;
  agreed.peer_restart = theirs.graceful_restart;
  agreed.peer_long_lived = theirs.long_lived;
  agreed.peer_role = theirs.role;
  agreed.we_restart = settings.graceful_restart.has_value();
  agreed.soft_notification = agreed.we_restart && settings.graceful_restart->notification &&
                             theirs.graceful_restart && theirs.graceful_restart->notification;
  agreed.peer_host = theirs.host_name;
  agreed.peer_software = theirs.software;
  return agreed;
}

bool ours_survives(const SessionSettings& settings, const Negotiated& negotiated) {
  return std::pair(settings.identifier, settings.local_as) >
         std::pair(negotiated.peer_identifier, negotiated.peer_as);
}

}  // namespace weir::bgp
