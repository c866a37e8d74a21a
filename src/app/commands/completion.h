// The completion scripts.
#pragma once

#include <string_view>

namespace weir::app {

/// For bash, zsh or fish; empty for another shell.
std::string_view completion_script(std::string_view shell);

}  // namespace weir::app
