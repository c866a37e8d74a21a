// UPDATE, read: which prefixes are gone, which are announced and how, and what was wrong (RFC 4271
// §4.3, RFC 4760, RFC 7606).
#pragma once

#include <cstdint>
#include <optional>

#include "proto/bgp/attributes.h"
#include "proto/bgp/message.h"
#include "proto/bgp/prefixes.h"
#include "proto/bgp/update_errors.h"

namespace weir::bgp {

/// What was agreed on with the neighbour, as far as reading its UPDATEs depends on it.
struct UpdateContext {
  bool external = true;  // eBGP
  bool four_octet_as = true;
  bool ipv4_over_ipv6 = false;  // RFC 8950
  FamilySet families = FamilySet::all();
  std::optional<uint32_t> first_as;  // what an external path has to begin with; nothing: unchecked
};

struct Update {
  Approach approach = Approach::kNone;  // the strongest of all findings
  Notification reset;                   // for kSessionReset: what to tell the neighbour
  Findings findings;

  PrefixRun withdrawn;    // the field of that name, IPv4
  PrefixRun unreachable;  // MP_UNREACH_NLRI
  PrefixRun announced;    // the NLRI field, IPv4; its next hop is attributes.next_hop
  PrefixRun reachable;    // MP_REACH_NLRI
  NextHop reachable_by;   // its next hop
  Attributes attributes;
  std::optional<Family> end_of_rib;  // the message is that mark (RFC 4724 §2)
};

/// Reads a whole UPDATE. With kSessionReset there are no prefixes; everything is a view of `frame`.
Update decode_update(const Frame& frame, const UpdateContext& context);

/// Calls `visit(prefix)` for every prefix that is gone, treat-as-withdraw included. This comes
/// before the announced ones: a prefix in both is announced (RFC 4271 §4.3).
template <typename Visit>
void for_each_withdrawn(const Update& update, Visit visit) {
  for (const Prefix prefix : update.withdrawn) visit(prefix);
  for (const Prefix prefix : update.unreachable) visit(prefix);
  if (update.approach != Approach::kTreatAsWithdraw) return;
  for (const Prefix prefix : update.announced) visit(prefix);
  for (const Prefix prefix : update.reachable) visit(prefix);
}

/// Calls `visit(prefix, next_hop)` for every prefix that is announced with `update.attributes`.
template <typename Visit>
void for_each_announced(const Update& update, Visit visit) {
  if (update.approach >= Approach::kTreatAsWithdraw) return;
  if (update.attributes.next_hop) {
    const NextHop next_hop{*update.attributes.next_hop, std::nullopt};
    for (const Prefix prefix : update.announced) visit(prefix, next_hop);
  }
  for (const Prefix prefix : update.reachable) visit(prefix, update.reachable_by);
}

}  // namespace weir::bgp
