// Reads the text of a list, whatever of the known syntaxes its lines are in, and tells what it did
// not take and why.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "names/list.h"

namespace weir::names {

/// Why a line, or a part of it, is no rule. `to_text` gives words that serve as metric labels.
enum class Refusal : uint8_t {
  kBadName,      // no name that DNS could carry
  kBadPattern,   // RE2 does not take it, or it is too long
  kBadNetwork,   // looks like an address or network, and is none
  kUnsupported,  // a rule that says more than names can: modifiers, paths, ports
  kTooLong,      // longer than kMostLine
  kTooMany,      // one rule more than the list may have
};
inline constexpr size_t kRefusals = 6;
std::string_view to_text(Refusal refusal);

inline constexpr size_t kMostLine = 8192;       // octets
inline constexpr size_t kMostDiagnostics = 20;  // kept; the rest is counted
inline constexpr size_t kMostRules = 10'000'000;

struct Diagnostic {
  size_t line;  // from 1; of sing-box sources the rule in the file, from 1
  Refusal refusal;
  std::string text;  // the beginning of the line
};

struct ReadOptions {
  /// What a name alone on a line covers: itself and all below (most lists), or only itself (domain
  /// sets of clash).
  Kind bare = Kind::kSuffix;
  /// Only rules that have all of these count; with '-' in front: that have it not.
  std::vector<std::string> attributes;
};

struct Reading {
  List list;
  size_t lines = 0;     // with something on them, comments not counted
  size_t filtered = 0;  // well-formed and not wanted: attributes, names of the local host
  std::array<size_t, kRefusals> refused{};
  std::vector<Diagnostic> diagnostics;
  bool is_markup = false;  // a web page instead of a list: nothing was read

  size_t refused_total() const;
};

Reading read_list(std::string_view text, const ReadOptions& options = {});

}  // namespace weir::names
