// The plug-ins of the query plane by the words of the settings. catalogue.cpp alone includes them.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "base/random.h"
#include "edge/client_limits.h"
#include "edge/statistics.h"
#include "edge/transport.h"
#include "edge/upstream.h"
#include "io/loop.h"

namespace weir::edge {

/// What an upstream needs from its shard. All of it outlives the upstream.
struct UpstreamContext {
  io::Loop& loop;
  const Clock& clock;
  Random& random;
  UpstreamEvents& events;
  UpstreamState& state;
  const EdgeSettings& settings;
  unsigned shards = 1;  // how many share the upstream's connection limit
};

Result<std::unique_ptr<Upstream>> make_upstream(const UpstreamContext& context);

/// What a transport needs from its shard. All of it outlives the transport.
struct TransportContext {
  io::Loop& loop;
  const Clock& clock;
  Intake& intake;
  const EdgeSettings& settings;
  ShardStatistics& statistics;
  ClientLimits& client_limits;
  unsigned shards = 1;  // how many share the listening address
};

/// Adds one transport a protocol that is spoken at `endpoint`: UDP and TCP.
Status add_transports(const TransportContext& context, const Endpoint& endpoint,
                      std::vector<std::unique_ptr<Transport>>& transports);

}  // namespace weir::edge
