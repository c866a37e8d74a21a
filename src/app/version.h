// The version, as the file VERSION at the top of the repository has it.
#pragma once

#include <string_view>

namespace weir::app {

std::string_view version();

}  // namespace weir::app
