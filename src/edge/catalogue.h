// The plug-ins of the query plane by the words of the settings. catalogue.cpp alone includes them.
#pragma once

#include <memory>
#include <string_view>

#include "base/random.h"
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
  unsigned shards = 1;            // how many share the upstream's connection limit
};

Result<std::unique_ptr<Upstream>> make_upstream(const UpstreamContext& context);

}  // namespace weir::edge
