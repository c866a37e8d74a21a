// What two OPENs agree on, or why they do not (RFC 4271 §6.2; RFC 5492, 6286, 8538, 9234).
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/result.h"
#include "proto/bgp/attribute_set.h"
#include "proto/bgp/open.h"
#include "proto/bgp/session/settings.h"
#include "proto/bgp/update.h"

namespace weir::bgp {

struct Negotiated {
  uint32_t peer_as = 0;
  uint32_t peer_identifier = 0;
  bool external = true;
  std::chrono::seconds hold{0};  // 0: neither hold timer nor keepalives
  FamilySet families;
  bool four_octet_as = false;
  bool route_refresh = false;
  bool enhanced_route_refresh = false;
  bool extended_message = false;
  bool ipv4_over_ipv6 = false;
  bool first_as = true;
  std::optional<GracefulRestart> peer_restart;
  std::optional<LongLived> peer_long_lived;
  std::optional<Role> peer_role;
  bool we_restart = false;         // we offered graceful restart
  bool soft_notification = false;  // both said N: only a hard reset loses routes (RFC 8538)
  std::string peer_host;           // as they came: clean them before they are shown
  std::string peer_software;

  /// Octets of the largest message that may be sent, and is taken.
  size_t max_message() const { return extended_message ? kMaxExtendedMessage : kMaxMessage; }
  UpdateContext update_context() const;
  AttributeContext attribute_context(uint32_t local_as) const {
    return {external, four_octet_as, local_as};
  }
};

/// The OPEN that `settings` ask for.
Open our_open(const SessionSettings& settings);

/// What is agreed on, or what to tell the neighbour.
Result<Negotiated, Notification> negotiate(const SessionSettings& settings, const Open& peer);

/// True when of two connections the one that we opened survives (RFC 4271 §6.8, RFC 6286 §2.3).
bool ours_survives(const SessionSettings& settings, const Negotiated& negotiated);

}  // namespace weir::bgp
