// `weir seen`: asks the history what a name was answered with, or which names an address has.
#include "control/seen.h"

#include <fmt/format.h>

#include <cstdio>

#include "app/commands.h"
#include "app/commands/report.h"
#include "app/commands/seen_table.h"
#include "app/commands/terminal.h"
#include "app/settings.h"
#include "app/state_directory.h"

namespace weir::app {
namespace {

constexpr size_t kPageRows = 1000;

/// How many were printed.
Result<uint64_t> print_rows(universe::HistoryReader& history, universe::SeenQuery query,
                            uint64_t limit, LogFormat format) {
  uint64_t printed = 0;
  do {
    query.limit = std::min<uint64_t>(limit - printed, kPageRows);
    TRY(const universe::SeenPage page, history.find(query));
    if (format == LogFormat::kTable && printed == 0 && !page.rows.empty())
      fmt::print("{}\n", seen_header());
    for (const universe::SeenRow& row : page.rows)
      fmt::print("{}\n", format == LogFormat::kTable ? seen_line(row) : control::cof_line(row));
    printed += page.rows.size();
    query.cursor = page.next.value_or("");
  } while (!query.cursor.empty() && printed < limit && std::ferror(stdout) == 0);
  return printed;
}

int fail(std::string_view what, int code) {
  fmt::print(stderr, "weir seen: {}\n", what);
  return code;
}

}  // namespace

int run(const SeenCommand& command) {
  auto query = control::read_subject(command.subject);
  if (!query) return fail(query.error().message, kExitWrongInput);
  if (!command.type.empty()) {
    query->type = dns::type_from_text(command.type);
    if (!query->type)
      return fail("--type: expected a type such as AAAA or TYPE65", kExitWrongInput);
  }
  std::string path = command.store;
  if (path.empty()) {
    const auto loaded = load_settings(command.config, config::process_environment);
    if (!loaded) return report_mistakes(loaded.error());
    path = universe_settings(loaded->settings, default_history_path()).history.path;
  }
  auto history = universe::HistoryReader::open(path);
  if (!history)
    return fail(
        history.error().what + "\nname the file with --store, or its settings with --config",
        kExitFailed);
  const LogFormat format = command.format != LogFormat::kAutomatic ? command.format
                           : is_terminal(stdout)                   ? LogFormat::kTable
                                                                   : LogFormat::kJson;
  const auto printed = print_rows(**history, *query, command.limit, format);
  if (!printed) return fail(printed.error().what, kExitFailed);
  if (*printed == 0 && format == LogFormat::kTable)
    fmt::print(stderr, "weir seen: nothing was seen of {}\n", command.subject);
  return *printed > 0 ? kExitDone : kExitFailed;
}

}  // namespace weir::app
