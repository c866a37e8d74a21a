// What an answer to a client of weir's own edge shows of the edge's cache, which keeps whole
// answers by question.
#pragma once

#include <cstdint>
#include <optional>

#include "model/observation.h"
#include "universe/keep_warm/schedule.h"

namespace weir::universe {

struct CachedAnswer {
  Target target;
  uint32_t ttl = 0;    // seconds that are left of it: the least of its records
  size_t records = 0;  // of its answer section
};

/// Nothing unless it is a positive answer: NOERROR, with a record of the type that was asked for.
std::optional<CachedAnswer> read_cached_answer(const model::Observation& response);

}  // namespace weir::universe
