// What `weir log` and `weir read` look for, from words of the command line.
#pragma once

#include "app/commands.h"
#include "base/result.h"
#include "flow/store/query_filter.h"

namespace weir::app {

/// The error names the option and says what was expected. An empty word is no condition, and so is
/// the message `all`.
Result<flow::QueryFilter> read_conditions(const Conditions& conditions, WallTime now);

}  // namespace weir::app
