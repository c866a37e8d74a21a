// Which lines of a list have a say about a name: for people who ask why it matches.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "names/reader.h"

namespace weir::names {

struct Say {
  size_t line = 0;  // from 1; 0 where the list is no text of lines
  Action action{};
  std::string text;  // the line
};

/// The lines of `text` that include or exclude `name`, folded wire, or a name above it. Slow: every
/// line is looked at by itself.
std::vector<Say> explain(std::string_view text, Bytes name);

}  // namespace weir::names
