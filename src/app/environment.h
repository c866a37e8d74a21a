// The five environment variables of dns-tls-proxy, as overrides of settings.
#pragma once

#include <vector>

#include "config/overrides.h"

namespace weir::app {

/// BIND_ADDRESS and BIND_PORT set where clients are answered, METRICS_PORT opens the alias port on
/// BIND_ADDRESS, UPSTREAM_ADDRESS replaces the upstreams by one over TLS, DEBUG logs payloads
/// unless it is empty or says 0, false, no or off. Empty variables other than DEBUG count as not
/// set.
std::vector<config::Override> overrides_from_environment(const config::Environment& environment,
                                                         config::Diagnostics& diagnostics);

}  // namespace weir::app
