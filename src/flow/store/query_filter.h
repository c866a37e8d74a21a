// What must hold of an observation, or of a stored row, to be found.
#pragma once

#include <optional>

#include "base/clock.h"
#include "base/endpoint.h"
#include "model/observation.h"
#include "proto/dns/name.h"
#include "proto/dns/types.h"

namespace weir::flow {

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
