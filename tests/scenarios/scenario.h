// Runs a text scenario against the resolver, in virtual time: what clients ask, what upstreams do,
// and what must come of it. The language is described in tests/scenarios/README.md.
#pragma once

#include <string>
#include <string_view>

namespace weir::kit {

/// Empty when the scenario holds; else `line N: what was expected, what came`.
std::string run_scenario(std::string_view text);

}  // namespace weir::kit
