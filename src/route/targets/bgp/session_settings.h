// What a session is told, from what operators say of the neighbour.
#pragma once

#include "proto/bgp/session/settings.h"
#include "route/settings.h"

namespace weir::route {

inline bgp::SessionSettings session_settings(const RouteSettings& settings,
                                             const PeerSettings& peer) {
  bgp::SessionSettings session;
  session.local_as = peer.local_as.value_or(settings.as);
  session.peer_as = peer.as;
  session.identifier = settings.router_id ? load_u32(settings.router_id->octets().data()) : 0;
  session.families = {};
  if (peer.ipv4) session.families.add(bgp::Family::kIpv4Unicast);
  if (peer.ipv6) session.families.add(bgp::Family::kIpv6Unicast);
  session.ipv4_over_ipv6 = peer.ipv4_over_ipv6;
  session.software = "weir";
  session.dial = peer.active;
  session.listen = peer.passive && !settings.listen.empty();
  session.hold = std::chrono::duration_cast<std::chrono::seconds>(peer.hold);
  session.connect_retry = peer.connect_retry;
  const auto restart = std::chrono::duration_cast<std::chrono::seconds>(peer.graceful_restart);
  if (restart == 0s) return session;
  // Forwarding goes on at the neighbour whatever becomes of us: we are no router.
  session.graceful_restart =
      bgp::GracefulRestart{.notification = true,
                           .time_seconds = static_cast<uint16_t>(restart.count()),
                           .families = session.families,
                           .forwarding = session.families};
  return session;
}

}  // namespace weir::route
