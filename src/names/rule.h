// The words of name lists: what a rule covers, and the sets that rules make up.
#pragma once

#include <cstddef>
#include <cstdint>

namespace weir::names {

/// What one rule covers. Names are compared label by label, never inside a label.
enum class Kind : uint8_t {
  kExact,     // the name itself
  kSuffix,    // the name and all below it
  kWildcard,  // all below the name, not the name itself
  kKeyword,   // every name whose text contains it
  kRegex,     // every name whose text it finds (RE2 syntax, not anchored)
};

enum class Action : uint8_t { kInclude, kExclude };

/// Sets of one matcher, one bit each.
using SetMask = uint64_t;
inline constexpr size_t kMostSets = 64;
inline constexpr SetMask set_bit(size_t set) { return SetMask{1} << set; }

/// Keywords and regular expressions are tried on every name that no other rule decides, so there
/// are few of them.
inline constexpr size_t kMostPatterns = 1024;       // of a matcher
inline constexpr size_t kMostPatternOctets = 1024;  // of one
inline constexpr size_t kMostInclusions = 1024;     // of a list

}  // namespace weir::names
