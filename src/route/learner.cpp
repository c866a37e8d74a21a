// Matching the chain of an answer, and sighting its addresses.
#include "route/learner.h"

#include <algorithm>
#include <bit>

namespace weir::route {

LeaseTable::Judge revoke_unwanted(const names::Matcher& matcher) {
  return [&matcher](const Provenance& lease) -> std::optional<Reason> {
    if (lease.state == LeaseState::kStatic) return std::nullopt;
    const bool wanted = (matcher.match(lease.name).included & names::set_bit(lease.set)) != 0;
    return wanted ? std::nullopt : std::optional(Reason::kRevoked);
  };
}

Learned Learner::learn(const model::Observation& observation, Instant now) {
  routes_.clear();
  const names::Matcher* matcher = matcher_.look();
  const Answer* answer = matcher == nullptr ? nullptr : reader_.read(observation);
  if (answer == nullptr) return {};
  find_claims(*matcher, *answer);
  Learned learned;
  for (const Claim& claim : claims_) {
    learned.sets |= names::set_bit(claim.set);
    for (const AnswerAddress& seen : answer->addresses) {
      const Outcome outcome = leases_.sight({claim.set, answer->chain[claim.name].wire(),
                                             seen.address, std::chrono::seconds(seen.ttl)},
                                            now);
      learned.fresh |= outcome.fresh;
      if (outcome.refusal)
        ++learned.refused;
      else
        routes_.push_back(outcome.route);
    }
  }
  learned.routes = routes_;
  return learned;
}

void Learner::find_claims(const names::Matcher& matcher, const Answer& answer) {
  claims_.clear();
  verdicts_.clear();
  names::SetMask wanted = 0;
  for (const dns::Name& name : answer.chain) {
    verdicts_.push_back(matcher.match(name.wire()));
    wanted |= verdicts_.back().included;
  }
  for (; wanted != 0; wanted &= wanted - 1) {
    const auto set = static_cast<size_t>(std::countr_zero(wanted));
    if (!leases_.has(set)) continue;
    const names::Verdict* verdict = deciding(leases_.policy(set).scope, set);
    if (verdict == nullptr || (verdict->included & names::set_bit(set)) == 0) continue;
    claims_.push_back({set, static_cast<size_t>(verdict - verdicts_.data())});
  }
}

/// The verdict that counts for the set: of the one name its scope names, or of the first name of
/// the chain for which it has a rule.
const names::Verdict* Learner::deciding(Scope scope, size_t set) const {
  switch (scope) {
    case Scope::kQname: return &verdicts_.front();
    case Scope::kTarget: return &verdicts_.back();
    case Scope::kChain: break;
  }
  const auto found = std::ranges::find_if(verdicts_, [set](const names::Verdict& verdict) {
    return (verdict.decided() & names::set_bit(set)) != 0;
  });
  return found == verdicts_.end() ? nullptr : &*found;
}

}  // namespace weir::route
