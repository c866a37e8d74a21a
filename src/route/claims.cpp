// Every name of the chain is looked up once, for all sets.
#include "route/claims.h"

#include <algorithm>
#include <bit>

namespace weir::route {

std::span<const Claim> Claims::find(const names::Matcher& matcher, const Answer& answer) {
  claims_.clear();
  verdicts_.clear();
  names::SetMask wanted = 0;
  for (const dns::Name& name : answer.chain) {
    verdicts_.push_back(matcher.match(name.wire()));
    wanted |= verdicts_.back().included;
  }
  for (; wanted != 0; wanted &= wanted - 1) {
    const auto set = static_cast<size_t>(std::countr_zero(wanted));
    const auto scope = scope_of_(set);
    if (!scope) continue;
    const names::Verdict* verdict = deciding(*scope, set);
    if (verdict == nullptr || (verdict->included & names::set_bit(set)) == 0) continue;
    claims_.push_back({set, static_cast<size_t>(verdict - verdicts_.data())});
  }
  return claims_;
}

/// The verdict that counts for the set: of the one name its scope names, or of the first name of
/// the chain for which it has a rule.
const names::Verdict* Claims::deciding(Scope scope, size_t set) const {
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
