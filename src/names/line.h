// One line of a list in whatever syntax.
#pragma once

#include <string_view>

#include "names/rule_writer.h"

namespace weir::names {

/// `line` has no end of line. Comments and blank lines are nothing.
Taken read_line(std::string_view line, RuleWriter& out);

}  // namespace weir::names
