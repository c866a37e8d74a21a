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
#include "route/lease_table.h"

namespace weir::route {

/// What an answer did.
struct Learned {
  names::SetMask sets = 0;          // that want its names
  std::span<const RouteId> routes;  // that leases of it stand behind; until the next is learned
  bool fresh = false;               // one of them was not wanted before: consumers have work
  size_t refused = 0;
};

/// For `LeaseTable::review` after a reload: learned leases whose names their sets do not want any
/// more are revoked. The matcher outlives it.
LeaseTable::Judge revoke_unwanted(const names::Matcher& matcher);

/// One thread's. The matcher's sets have the numbers of the table's; those without a policy there
/// are passed over.
class Learner {
 public:
  Learner(const Snapshot<names::Matcher>& matcher, AnswerSettings settings, LeaseTable& leases)
      : matcher_(matcher), reader_(std::move(settings)), leases_(leases) {}

  Learned learn(const model::Observation& observation, Instant now);
  const AnswerReader& reader() const { return reader_; }

 private:
  /// A set that wants the answer, and the name of the chain for which it does.
  struct Claim {
    size_t set;
    size_t name;
  };
  void find_claims(const names::Matcher& matcher, const Answer& answer);
  const names::Verdict* deciding(Scope scope, size_t set) const;

  Snapshot<names::Matcher>::Reader matcher_;
  AnswerReader reader_;
  LeaseTable& leases_;
  std::vector<names::Verdict> verdicts_;  // on the names of the chain
  std::vector<Claim> claims_;
  std::vector<RouteId> routes_;
};

}  // namespace weir::route
