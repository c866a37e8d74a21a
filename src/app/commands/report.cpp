// Mistakes, one line each.
#include "app/commands/report.h"

#include <fmt/format.h>

#include <cstdio>

#include "app/commands.h"

namespace weir::app {

int report_mistakes(const config::Diagnostics& mistakes) {
  for (const config::Diagnostic& each : mistakes) fmt::print(stderr, "{}\n", each.to_text());
  return kExitWrongInput;
}

}  // namespace weir::app
