// What the program knows about itself, as values the pages of the control plane are made of. The
// platform fills them from the planes, so that no page knows how a plane is built.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"

namespace weir::control {

struct UpstreamStatus {
  std::string name;
  std::string address;   // as in the settings
  std::string protocol;  // udp, tcp, tls
  bool up = false;       // as health checks see it
  bool proven = false;   // an answer has come from it at least once
  std::string reason;    // why it cannot be reached just now; empty when it can
  uint64_t queries = 0;
  uint64_t replies = 0;
  std::vector<std::pair<std::string, uint64_t>> failures;  // by cause, those that happened
};

struct StoreStatus {
  bool enabled = false;
  bool working = false;
  std::string path;
  std::string reason;  // why it does not work
  uint64_t size_octets = 0;
};

struct LossStatus {
  std::string stage;
  std::string reason;
  uint64_t count = 0;
};

/// One source or lane: received = delivered + withheld + dropped + in flight, always.
struct LedgerStatus {
  std::string kind;  // source, lane
  std::string name;
  uint64_t received = 0;
  uint64_t delivered = 0;
  uint64_t in_flight = 0;
  std::vector<LossStatus> dropped;
  uint64_t withheld = 0;  // from a sink that is not to see everything
};

struct CacheStatus {
  uint64_t entries = 0;
  uint64_t size_octets = 0;
  uint64_t hits = 0;
  uint64_t misses = 0;
};

struct Status {
  std::string version;
  WallTime started{};
  Duration uptime{};
  std::vector<std::string> listeners;  // udp://127.0.0.1:8853 …
  std::vector<UpstreamStatus> upstreams;
  StoreStatus store;
  std::vector<LedgerStatus> ledger;
  CacheStatus cache;
  /// What does not work although queries are answered: a sink or a source, a line each.
  std::vector<std::string> degraded;

  /// Nothing when queries can be answered; else the reasons, a sentence each.
  std::vector<std::string> reasons_not_ready() const;
};

/// `/api/v1/status`.
std::string status_to_json(const Status& status);
/// `/readyz`: {"ready":…, "reasons":[…], "upstreams":[…], "store":{…},
/// "degraded":[…]}.
std::string readiness_to_json(const Status& status);

}  // namespace weir::control
