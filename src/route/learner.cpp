// Matching the chain of an answer, and sighting its addresses.
#include "route/learner.h"

namespace weir::route {

LeaseTable::Judge revoke_unwanted(const names::Matcher& matcher) {
  return [&matcher](const Provenance& lease) -> std::optional<Reason> {
    if (lease.state == LeaseState::kStatic) return std::nullopt;
    const bool wanted = (matcher.match(lease.name).included & names::set_bit(lease.set)) != 0;
    return wanted ? std::nullopt : std::optional(Reason::kRevoked);
  };
}

Learner::Learner(const Snapshot<names::Matcher>& matcher, AnswerSettings settings,
                 LeaseTable& leases)
    : matcher_(matcher),
      reader_(std::move(settings)),
      leases_(leases),
      claims_([&leases](size_t set) {
        return leases.has(set) ? std::optional(leases.policy(set).scope) : std::nullopt;
      }) {}

Learned Learner::learn(const model::Observation& observation, Instant now) {
  routes_.clear();
  const names::Matcher* matcher = matcher_.look();
  const Answer* answer = matcher == nullptr ? nullptr : reader_.read(observation);
  if (answer == nullptr) return {};
  Learned learned;
  for (const Claim& claim : claims_.find(*matcher, *answer)) {
    learned.sets |= names::set_bit(claim.set);
    for (const AnswerAddress& seen : answer->addresses) {
      const Outcome outcome = leases_.sight({claim.set, answer->chain[claim.name].wire(),
                                             seen.address, std::chrono::seconds(seen.ttl)},
                                            now);
      learned.fresh |= outcome.fresh;
      if (outcome.refusal)
        ++learned.refused;
      else
        routes_.push_back({outcome.route, claim.set});
    }
  }
  learned.routes = routes_;
  return learned;
}

}  // namespace weir::route
