// Series under the names that users of dns-tls-proxy chart; the alias addresses show them.
#pragma once

#include "metrics/registry.h"

namespace weir::app {

/// `requests{host}`: queries received; `request_processing_seconds{host}`: their latency.
void register_compatibility(metrics::Registry& registry);

}  // namespace weir::app
