// The way of an observation into the lease table: which sets its names belong to, and a sighting
// for each of its addresses.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "base/clock.h"
#include "base/containers/snapshot.h"
#include "model/observation.h"
#include "names/matcher.h"
#include "route/answer.h"
#include "route/claims.h"
#include "route/lease_table.h"

namespace weir::route {

/// A route, and the set whose lease stands behind it.
struct LearnedRoute {
  RouteId route = 0;
  size_t set = 0;
};

/// What an answer did.
struct Learned {
  names::SetMask sets = 0;  // that want its names
  std::span<const LearnedRoute>
      routes;          // that leases of it stand behind; until the next is learned
  bool fresh = false;  // one of them was not wanted before: consumers have work
  size_t refused = 0;
};

/// For `LeaseTable::review` after a reload: learned leases whose names their sets do not want any
/// more are revoked. The matcher outlives it.
LeaseTable::Judge revoke_unwanted(const names::Matcher& matcher);

/// One thread's. The matcher's sets have the numbers of the table's; those without a policy there
/// are passed over.
class Learner {
 public:
  Learner(const Snapshot<names::Matcher>& matcher, AnswerSettings settings, LeaseTable& leases);

  Learned learn(const model::Observation& observation, Instant now);
  const AnswerReader& reader() const { return reader_; }

 private:
  Snapshot<names::Matcher>::Reader matcher_;
  AnswerReader reader_;
  LeaseTable& leases_;
  Claims claims_;
  std::vector<LearnedRoute> routes_;
};

}  // namespace weir::route
