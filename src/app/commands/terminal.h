// Whether people are watching.
#pragma once

#include <cstdio>

namespace weir::app {

bool is_terminal(std::FILE* stream);
/// A terminal, and nobody asked for no colour (NO_COLOR, TERM=dumb).
bool wants_colour(std::FILE* stream);

}  // namespace weir::app
