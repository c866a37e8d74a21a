// What operators see of the routing plane: leases, neighbours, what changed lately. Values, copied
// out of the plane's thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/endpoint.h"
#include "names/files/collection.h"
#include "route/lease.h"

namespace weir::route {

/// A lease, and the route it stands behind.
struct LeaseReading {
  Prefix prefix;
  std::string set;
  std::string name;  // in presentation form; empty for networks of lists
  LeaseState state{};
  Duration left{};  // until the lease is gone or in grace
};

struct LeaseQuery {
  std::optional<IpAddress> address;  // only routes that hold it
  std::string name;                  // only this name, folded, without the last dot
  std::string set;
  LeaseId from = 0;
  size_t most = 1000;
};
struct LeasePage {
  std::vector<LeaseReading> leases;
  LeaseId next = 0;  // where to go on; 0 at the end
};

/// A route that came or went.
struct ChangeReading {
  uint64_t number = 0;  // from 1, without gaps
  WallTime time{};
  Prefix prefix;
  bool announced = false;
  std::string reason;
  std::string set;  // of one lease behind it, when it came
  std::string name;
};

struct PeerReading {
  std::string name;
  std::string address;
  uint32_t as = 0;
  std::string state;  // Established …
  bool up = false;
  Duration since{};   // in that state of being up or not
  size_t routes = 0;  // announced to it
  size_t waiting_octets = 0;
  uint64_t announced = 0;  // prefixes, since the start
  uint64_t withdrawn = 0;
  uint64_t unexportable = 0;  // without a next hop it could be told
  uint64_t received = 0;      // prefixes it sent us, which are not taken
  uint64_t established = 0;
  uint64_t collisions = 0;
  uint64_t errors_sent = 0;
  uint64_t errors_received = 0;
  std::string software;    // as it says, cleaned
  std::string last_error;  // of the last end, cleaned
};

struct SetReading {
  std::string name;
  size_t rules = 0;
  size_t active = 0;
  size_t grace = 0;
  size_t fixed = 0;
  std::vector<std::pair<std::string, uint64_t>> refused;  // by reason
  uint64_t evicted = 0;
};

struct PlaneReading {
  size_t routes = 0;
  size_t leases = 0;
  size_t names = 0;
  std::vector<SetReading> sets;
  std::vector<PeerReading> peers;
  std::vector<names::FileReport> lists;
  std::vector<std::pair<std::string, uint64_t>> unusable;  // answers, by reason
  uint64_t unlogged = 0;                                   // changes beyond what may be logged
};

}  // namespace weir::route
