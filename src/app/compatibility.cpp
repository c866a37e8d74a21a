// The series of dns-tls-proxy.
#include "app/compatibility.h"

#include "app/machine.h"

namespace weir::app {

void register_compatibility(metrics::Registry& registry) {
  const metrics::Labels host = {{"host", machine_name()}};
  registry.alias("requests", "Queries received.", "weir_queries_total", host);
  registry.summary_alias("request_processing_seconds", "Time from a question to its answer.",
                         "weir_request_duration_seconds", host);
}

}  // namespace weir::app
