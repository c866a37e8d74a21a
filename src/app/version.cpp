// The one place where the build's version enters the program.
#include "app/version.h"

namespace weir::app {

std::string_view version() { return WEIR_VERSION; }

}  // namespace weir::app
