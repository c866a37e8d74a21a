// What the operator wants of each set of names: how long its leases live, how many there may be,
// and where its routes go.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/endpoint.h"

namespace weir::route {

/// Routes are kept apart by group: a consumer exports those of some groups.
using GroupMask = uint64_t;
inline constexpr size_t kMostGroups = 64;

/// The network of one address.
inline Prefix host_prefix(const IpAddress& address) {
  return {address, static_cast<uint8_t>(address.octets().size() * 8)};
}
inline bool is_host(const Prefix& prefix) {
  return prefix.length == prefix.address.octets().size() * 8;
}

/// The same network with zeros behind its length.
Prefix masked(const Prefix& prefix);

/// Which names of an answer a set is asked about.
enum class Scope : uint8_t {
  kQname,   // the asked name
  kChain,   // the asked name and every alias; the first that the set has a rule for decides
  kTarget,  // the name that owns the addresses
};

struct SetPolicy {
  std::string name;
  uint8_t group = 0;  // below kMostGroups; several sets may share one
  Scope scope = Scope::kChain;

  Duration floor = 300s;  // a lease lives at least so long after an answer
  Duration ceil = 24h;    // and at most so long, whatever the TTL
  Duration grace = 600s;  // how long its route stays after that

  uint32_t most_per_name = 50;   // addresses; few, for each is looked at
  uint32_t most_leases = 20000;  // of the set
  double rate = 500;             // new routes a second, and
  double burst = 5000;           // so many at once

  Duration barrier_deadline =
      80ms;                      // an answer of ours waits no longer for its routes; 0: not at all
  bool barrier_refuses = false;  // after that: a failure, instead of the answer

  bool ipv4 = true;
  bool ipv6 = true;
  std::vector<Prefix> excluded;       // never routed for this set
  std::vector<Prefix> allow_special;  // may be routed although they are special-purpose
  uint8_t least_length_v4 = 8;        // of networks in the list
  uint8_t least_length_v6 = 16;
};

}  // namespace weir::route
