// The series of neighbours: weir_bgp_….
#pragma once

#include <vector>

#include "base/containers/snapshot.h"
#include "metrics/registry.h"
#include "route/readings.h"

namespace weir::route {

/// `readings` outlives the registry's last page; what was published last is shown.
void expose_peers(metrics::Registry& registry, const Snapshot<std::vector<PeerReading>>& readings);

}  // namespace weir::route
