// The series of dns-tls-proxy.
#include "app/compatibility.h"

#include "app/machine.h"

namespace weir::app {

void register_compatibility(metrics::Registry& registry, const edge::Plane& edge) {
  registry.callback("requests", "Queries received.", {{"host", machine_name()}}, true,
                    [&edge] { return static_cast<double>(edge.queries()); });
}

}  // namespace weir::app
