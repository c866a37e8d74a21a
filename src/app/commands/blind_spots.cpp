// `weir blind-spots`: asks the operator's HTTP of a running weir.
#include <fmt/format.h>

#include <cstdio>

#include "app/commands.h"
#include "app/commands/report.h"
#include "app/operator_http.h"
#include "app/settings.h"

namespace weir::app {

int run(const BlindSpotsCommand& command) {
  const auto loaded = load_settings(command.config, config::process_environment);
  if (!loaded) return report_mistakes(loaded.error());
  const auto server = operator_http(command.server, loaded->settings.control.listen);
  if (!server) {
    fmt::print(stderr,
               "weir blind-spots: expected --server ADDRESS, or control.listen in settings\n");
    return kExitWrongInput;
  }
  const auto page =
      fetch_page(*server, command.json ? "/api/v1/blind-spots" : "/api/v1/blind-spots?format=text");
  if (!page) {
    fmt::print(stderr, "weir blind-spots: {}\n", page.error().what);
    return kExitFailed;
  }
  fmt::print("{}{}", page->body, command.json ? "\n" : "");
  return kExitDone;
}

}  // namespace weir::app
