// What must hold of an observation, or of a stored row, to be found.
#pragma once

#include <optional>

#include "base/clock.h"
#include "base/endpoint.h"
#include "model/observation.h"
#include "proto/dns/name.h"
#include "proto/dns/types.h"

namespace weir::flow {

// What a condition means, of lists too (flow/transforms/filter.cpp).

/// It is about a name of that type.
inline bool has_type(const model::Observation& seen, dns::Type type) {
  return seen.qtype == type && !seen.qname.empty();
}
/// A query has no response code.
inline bool has_rcode(const model::Observation& seen, dns::Rcode rcode) {
  return seen.rcode == rcode && model::is_response(seen.type);
}
inline bool is_from(const model::Observation& seen, const Prefix& net) {
  return seen.query_endpoint && net.contains(seen.query_endpoint->address);
}

/// Absent is anything.
struct QueryFilter {
  std::optional<dns::Name> within;  // this name or below it
  std::optional<Prefix> client;
  std::optional<dns::Type> qtype;
  std::optional<dns::Rcode> rcode;  // then queries are left out: they have none
  std::optional<model::MessageType> type;
  std::optional<WallTime> since;  // at or after
  std::optional<WallTime> until;  // before

  bool matches(const model::Observation& observation) const;
};

}  // namespace weir::flow
