// What `weir read` and `weir capture` share: where messages come out and in what form, and what is
// said at the end.
#pragma once

#include <string>
#include <string_view>

#include "app/commands.h"
#include "base/result.h"
#include "flow/ledger.h"
#include "flow/settings.h"

namespace weir::app {

/// Until everything is written, or a second signal ends the program.
inline constexpr Duration kForever = 24h * 365;

/// The file of `history:PATH`, which takes what was seen instead of messages; empty for others.
std::string history_of(const OutputChoice& output);
/// A flow without a store, whose only sink is what `output` says; none for a history.
Result<flow::FlowSettings> flow_of(const OutputChoice& output, WallTime now);

/// Says on standard error what is wrong, and gives `code`.
int complain(std::string_view command, int code, const Error& error);
/// Says what was not written; whether anything was not.
bool tell_losses(const std::vector<flow::Account>& sinks);

}  // namespace weir::app
