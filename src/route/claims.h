// Which sets want an answer, and for which name of its chain.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "names/matcher.h"
#include "route/answer.h"
#include "route/policy.h"

namespace weir::route {

/// A set that wants the answer, and the name of the chain for which it does, by number.
struct Claim {
  size_t set;
  size_t name;
};

/// One thread's.
class Claims {
 public:
  /// Says which names of an answer a set is asked about; nothing for sets that are passed over.
  using ScopeOf = std::function<std::optional<Scope>(size_t set)>;
  explicit Claims(ScopeOf scope_of) : scope_of_(std::move(scope_of)) {}

  /// Until the next is found.
  std::span<const Claim> find(const names::Matcher& matcher, const Answer& answer);

 private:
  const names::Verdict* deciding(Scope scope, size_t set) const;

  ScopeOf scope_of_;
  std::vector<names::Verdict> verdicts_;  // on the names of the chain
  std::vector<Claim> claims_;
};

}  // namespace weir::route
