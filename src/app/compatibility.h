// Series under the names that users of dns-tls-proxy and koroz chart; the alias addresses show
// them.
#pragma once

#include "metrics/registry.h"

namespace weir::app {

/// `requests{host}`: queries received; `request_processing_seconds{host}`: their latency.
/// `actions_over_records{action,record_type}`, `failed_commands_to_execute{command}` (answered with
/// no), `failed_records_manipulation{command}` (not answered) and `size_of_records_for_purging`,
/// where records are kept warm.
void register_compatibility(metrics::Registry& registry);

}  // namespace weir::app
