// `weir run`: the settings, the platform, until a signal ends it.
#include <fmt/format.h>

#include <csignal>

#include "app/commands.h"
#include "app/commands/report.h"
#include "app/platform.h"

namespace weir::app {

int run(const RunCommand& command) {
  auto loaded = load_settings(command.config, config::process_environment);
  if (!loaded) return report_mistakes(loaded.error());
  auto platform = Platform::create(*std::move(loaded), command.config);
  if (!platform) {
    log::error(platform.error().what);
    return kExitFailed;
  }
  std::signal(SIGPIPE, SIG_IGN);  // a peer that goes away is an error code, not our end
  std::signal(SIGXFSZ, SIG_IGN);  // and so is a file as large as files may be
  (*platform)->run();
  return kExitDone;
}

}  // namespace weir::app
