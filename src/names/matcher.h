// All name sets in one immutable table: one look-up tells every set that a name belongs to.
//
// In each set the longest rule on names decides, and of rules on the same name an exclusion. Where
// no rule on names speaks, patterns do, and again an exclusion beats an inclusion.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "names/fingerprints.h"
#include "names/list.h"
#include "names/patterns.h"
#include "names/rule.h"

namespace weir::names {

/// What the sets say about a name. A set in neither has no rule for it.
struct Verdict {
  SetMask included = 0;
  SetMask excluded = 0;

  SetMask decided() const { return included | excluded; }
  bool operator==(const Verdict&) const = default;
};

class Matcher {
 public:
  struct Member {
    size_t set;  // below kMostSets
    const List* list;
  };
  /// Compiles all lists of all sets. `seed` is secret: strangers choose the names that are looked
  /// up. Fails when the patterns are too many or too costly.
  static Result<std::shared_ptr<const Matcher>> compile(const std::vector<Member>& members,
                                                        uint64_t seed);

  /// `name` is folded wire. Any thread; allocates only when there are patterns to try.
  Verdict match(Bytes name) const;

  struct Statistics {
    size_t names = 0;   // distinct ones that decide something
    size_t folded = 0;  // inclusions that an ancestor's rule had already said
    size_t patterns = 0;
    size_t octets = 0;  // of memory
  };
  Statistics statistics() const;

 private:
  friend class MatcherCompiler;
  /// What the rules on one name say about the name itself, and about those below it.
  struct Ruling {
    Verdict self;
    Verdict below;
    bool operator==(const Ruling&) const = default;
  };

  Matcher(uint64_t seed, size_t names) : names_(names, seed) {}

  Verdict match_names(Bytes name) const;
  Verdict match_patterns(Bytes name) const;

  Fingerprints names_;
  std::vector<Ruling> rulings_;  // few: names with the same rules share one
  size_t shallowest_ = 0;        // labels of the shortest name in the table,
  size_t deepest_ = 0;           // and of the longest
  std::unique_ptr<PatternSet> patterns_;
  std::vector<Verdict> pattern_verdicts_;  // what each pattern says when it is found
  SetMask sets_with_patterns_ = 0;
  size_t folded_ = 0;
};

}  // namespace weir::names
