// Comparing observations with what is looked for.
#include "flow/store/query_filter.h"

namespace weir::flow {

bool QueryFilter::matches(const model::Observation& observation) const {
  if (type && observation.type != *type) return false;
  if (qtype && !has_type(observation, *qtype)) return false;
  if (rcode && !has_rcode(observation, *rcode)) return false;
  if (client && !is_from(observation, *client)) return false;
  if (since && observation.time() < *since) return false;
  if (until && observation.time() >= *until) return false;
  if (!within || within->is_root()) return true;
  return !observation.qname.empty() && dns::Name::from_wire(observation.qname).is_within(*within);
}

}  // namespace weir::flow
