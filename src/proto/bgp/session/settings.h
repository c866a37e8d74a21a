// What one session is told by its owner: who both sides are, what is offered, and how patient it
// is.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/clock.h"
#include "proto/bgp/capabilities.h"

namespace weir::bgp {

struct SessionSettings {
  uint32_t local_as = 0;
  uint32_t peer_as = 0;     // 0: any
  uint32_t identifier = 0;  // ours; an IPv4 address in host order, not 0

  FamilySet families = FamilySet::all();
  bool extended_message = true;
  bool ipv4_over_ipv6 = false;
  bool first_as = true;  // an external path has to begin with the neighbour
  std::optional<GracefulRestart> graceful_restart;
  std::optional<LongLived> long_lived;
  std::optional<Role> role;  // ours; sent to external neighbours only
  bool strict_role = false;  // refuse a neighbour that says no role
  std::string host_name;
  std::string software;

  bool dial = true;    // connect to the neighbour
  bool listen = true;  // take connections from it

  std::chrono::seconds hold = 90s;       // 0: no keepalives; offered, the smaller of both counts
  std::chrono::seconds least_hold = 3s;  // less than this is refused, unless it is 0
  Duration connect_retry = 5s;           // after a connection that failed
  Duration connect_retry_most = 120s;    // where that ends up when they keep failing
  Duration connect_timeout = 20s;        // for TCP to connect
  Duration open_hold = 240s;             // for the neighbour's OPEN (RFC 4271 §8.2.2)
  Duration idle_hold = 5s;               // after an error, doubled by each that follows
  Duration idle_hold_most = 120s;
  std::optional<Duration> send_hold;  // octets that TCP does not take; 0: never. RFC 9687's default
};

}  // namespace weir::bgp
