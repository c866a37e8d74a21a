// What may become a route at all: never an address that is special, ours, or that the operator
// excluded. DNS answers come from strangers; none of them steers the routes of this house.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "base/endpoint.h"
#include "route/policy.h"
#include "route/prefix_set.h"

namespace weir::route {

/// Why there is no lease. The answer that brought the address is given all the same. `to_text`
/// gives metric labels.
enum class Refusal : uint8_t {
  kFamily,    // not a family of the set
  kSpecial,   // special-purpose (RFC 6890) or multicast
  kOurs,      // an address of this machine, a peer, a next hop, an upstream
  kNever,     // in a network the operator never wants routed
  kExcluded,  // the same, of this set
  kTooShort,  // a network shorter than the set allows
  kNameCap,   // the name has as many addresses as it may have
  kSetCap,    // the set has as many leases as it may have
  kTotalCap,  // all sets together have
  kRate,      // too many new routes at once
};
inline constexpr size_t kRefusals = 10;
std::string_view to_text(Refusal refusal);

/// Special-purpose and multicast networks of both families.
const PrefixSet& special_prefixes();

/// One thread's. The live lists are replaced whole by those who watch interfaces, peers and
/// upstreams; after that `LeaseTable::recheck` drops what is not admitted any more.
class Admission {
 public:
  void configure(size_t set, const SetPolicy& policy);
  void set_ours(std::span<const IpAddress> addresses);
  void set_never(std::span<const Prefix> prefixes) { never_ = PrefixSet(prefixes); }

  /// What speaks against `prefix` in a set, by itself: caps and rates are the lease table's. Hosts
  /// of ours are refused whatever is allowed; inside a network that a list names they are the
  /// operator's choice.
  std::optional<Refusal> refuse(size_t set, const Prefix& prefix) const;

 private:
  struct Rules {
    bool ipv4 = false;
    bool ipv6 = false;
    uint8_t least_length_v4 = 0;
    uint8_t least_length_v6 = 0;
    PrefixSet excluded;
    PrefixSet allowed;
  };
  std::vector<Rules> sets_;
  PrefixSet ours_;
  PrefixSet never_;
};

}  // namespace weir::route
