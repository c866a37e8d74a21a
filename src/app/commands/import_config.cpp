// `weir import-config`: settings of another system, printed as weir's.
#include <fmt/format.h>

#include <cstdio>

#include "app/commands.h"
#include "app/commands/report.h"
#include "app/dnstap_bgp/dnstap_bgp.h"
#include "config/load.h"

namespace weir::app {

int run(const ImportCommand& command) {
  const auto text = config::read_file(command.file);
  if (!text) return report_mistakes({text.error()});
  const auto settings = settings_from_dnstap_bgp(*text, command.file);
  if (!settings) return report_mistakes(settings.error());
  fmt::print("{}", *settings);
  return kExitDone;
}

}  // namespace weir::app
