// Comparing observations with what is looked for.
#include "flow/store/query_filter.h"

namespace weir::flow {

bool QueryFilter::matches(const model::Observation& observation) const {
  if (type && observation.type != *type) return false;
  if (qtype && (observation.qtype != *qtype || observation.qname.empty())) return false;
  if (rcode && (observation.rcode != *rcode || !model::is_response(observation.type))) return false;
  if (client &&
      (!observation.query_endpoint || !client->contains(observation.query_endpoint->address)))
    return false;
  if (since && observation.time() < *since) return false;
  if (until && observation.time() >= *until) return false;
  if (!within || within->is_root()) return true;
  return !observation.qname.empty() && dns::Name::from_wire(observation.qname).is_within(*within);
}

}  // namespace weir::flow
