// The series of dns-tls-proxy, and those of koroz.
#include "app/compatibility.h"

#include "app/machine.h"

namespace weir::app {

void register_compatibility(metrics::Registry& registry) {
  const metrics::Labels host = {{"host", machine_name()}};
  registry.alias("requests", "Queries received.", "weir_queries_total", host);
  registry.summary_alias("request_processing_seconds", "Time from a question to its answer.",
                         "weir_request_duration_seconds", host);
  registry.alias("actions_over_records", "Commands to the resolver.",
                 "weir_keep_warm_actions_total");
  registry.alias("failed_commands_to_execute", "Commands that the resolver answered with no.",
                 "weir_keep_warm_refused_total");
  registry.alias("failed_records_manipulation", "Commands that the resolver did not answer.",
                 "weir_keep_warm_unreached_total");
  registry.alias("size_of_records_for_purging", "Records that wait to be refreshed.",
                 "weir_keep_warm_records");
}

}  // namespace weir::app
