// Printing positions and diagnostics.
#include "config/diagnostic.h"

#include <fmt/format.h>

namespace weir::config {

std::string Position::to_text() const {
  return line == 0 ? origin : fmt::format("{}:{}:{}", origin, line, column);
}

std::string Diagnostic::to_text() const {
  std::string text = at.to_text() + ": " + what;
  if (!expected.empty()) text += "; expected " + expected;
  if (!suggestion.empty()) text += "; did you mean " + suggestion;
  return text;
}

std::string to_text(const Diagnostics& diagnostics) {
  std::string text;
  for (const Diagnostic& diagnostic : diagnostics) text += diagnostic.to_text() + "\n";
  return text;
}

}  // namespace weir::config
