// Where we ask, which must never be routed by what was answered.
#pragma once

#include <vector>

#include "base/endpoint.h"
#include "edge/settings.h"

namespace weir::app {

/// Addresses of upstreams, and of those who look up their names.
std::vector<IpAddress> upstream_addresses(const edge::EdgeSettings& edge);

}  // namespace weir::app
