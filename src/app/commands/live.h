// What `weir capture` and the listening `weir read` have in common: one source through the flow
// until a signal.
#pragma once

#include <string_view>

#include "app/commands.h"
#include "flow/settings.h"

namespace weir::app {

/// Runs until SIGINT or SIGTERM, then says on standard error what was counted. `command` is who
/// complains. Gives the exit code.
int watch(std::string_view command, const OutputChoice& output, flow::SourceSettings source);

}  // namespace weir::app
