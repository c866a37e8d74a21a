// Series under the names that users of dns-tls-proxy chart; the alias port shows them.
#pragma once

#include "edge/plane.h"
#include "metrics/registry.h"

namespace weir::app {

/// `requests{host}`: queries received. `edge` outlives every reading of the registry.
void register_compatibility(metrics::Registry& registry, const edge::Plane& edge);

}  // namespace weir::app
