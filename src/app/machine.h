// What this machine is called.
#pragma once

#include <string>

namespace weir::app {

/// Its host name, or `weir` where it has none.
std::string machine_name();

}  // namespace weir::app
