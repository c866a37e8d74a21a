// How mistakes in settings are shown.
#pragma once

#include "config/diagnostic.h"

namespace weir::app {

/// One line each on standard error; gives the exit code.
int report_mistakes(const config::Diagnostics& mistakes);

}  // namespace weir::app
