// What the planes know of themselves, as the values that the control plane's pages and the log
// show.
#pragma once

#include "control/status.h"
#include "edge/plane.h"
#include "flow/plane.h"

namespace weir::app {

std::vector<control::UpstreamStatus> read_upstreams(const edge::Plane& edge);
std::vector<control::LedgerStatus> read_ledger(const flow::Plane& flow);
control::StoreStatus read_store(const flow::Plane& flow);
control::CacheStatus read_cache(const edge::Plane& edge);

}  // namespace weir::app
