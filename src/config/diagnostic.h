// What is wrong with a configuration, and where: one line for each mistake, all mistakes in one
// run.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace weir::config {

/// A place in a file, or the name of another origin (`environment variable X`, `--set`) without
/// line.
struct Position {
  std::string origin;
  uint32_t line = 0;  // from 1; 0 when the origin has no lines
  uint32_t column = 0;

  std::string to_text() const;
  auto operator<=>(const Position&) const = default;
};

struct Diagnostic {
  Position at;
  std::string what;
  std::string expected = {};  // empty when there is nothing to add
  std::string suggestion = {};

  /// `file:line:column: what; expected …; did you mean …`
  std::string to_text() const;
};

using Diagnostics = std::vector<Diagnostic>;

/// One line each.
std::string to_text(const Diagnostics& diagnostics);

}  // namespace weir::config
