// What one shard counts. One thread writes, others read; the plane adds the shards up.
#pragma once

#include <array>

#include "edge/gate.h"
#include "metrics/metrics.h"
#include "model/observation.h"

namespace weir::edge {

struct ShardStatistics {
  static constexpr size_t kProtocols = 8;  // model::Protocol
  static constexpr size_t kRcodes = 24;    // the last one stands for those above
  static constexpr size_t kSources = 6;    // model::AnswerSource

  std::array<metrics::LocalCounter, kProtocols> queries;
  std::array<std::array<metrics::LocalCounter, kSources>, kRcodes> responses;
  std::array<metrics::LocalCounter, kDropReasons> drops;
  metrics::LocalCounter malformed;  // queries that were answered FORMERR
  metrics::LocalCounter coalesced;  // queries that joined one that was asked already
  metrics::LocalCounter truncated;  // answers sent with TC set
  metrics::LocalCounter unsent;     // answers whose client was gone or whose socket was full
  metrics::LocalCounter cache_hits;
  metrics::LocalCounter cache_misses;
  metrics::LocalCounter refreshes;        // questions that no client waited for when they began
  metrics::LocalCounter tcp_connections;  // accepted
  metrics::LocalCounter tcp_refused;      // over a limit, or not on the access list
  metrics::LocalCounter tcp_timeouts;     // closed because nothing came
  metrics::LocalCounter tcp_overflows;    // closed because answers were not taken
  metrics::LocalCounter tcp_open;         // now; only ever set by its shard
};

}  // namespace weir::edge
