// `weir log`: asks the embedded store, newest first.
#include <fmt/format.h>

#include <cstdio>

#include "app/commands.h"
#include "app/commands/conditions.h"
#include "app/commands/log_table.h"
#include "app/commands/report.h"
#include "app/commands/terminal.h"
#include "app/settings.h"
#include "app/state_directory.h"
#include "control/query_filter.h"

namespace weir::app {
namespace {

constexpr size_t kPageRows = 1000;

void print_row(const flow::QueryRow& row, LogFormat format, bool colour) {
  if (format == LogFormat::kTable) {
    fmt::print("{}\n", log_line(row, colour));
  } else {
    control::JsonWriter json;
    control::write_row(json, row);
    fmt::print("{}\n", json.written());
  }
}

Status print_rows(flow::StoreReader& store, const flow::QueryFilter& filter, uint64_t limit,
                  LogFormat format) {
  const bool colour = wants_colour(stdout);
  if (format == LogFormat::kTable) fmt::print("{}\n", log_header());
  std::optional<int64_t> cursor;
  uint64_t left = limit;
  do {
    TRY(flow::QueryPage page, store.find(filter, std::min<uint64_t>(left, kPageRows), cursor));
    control::sort_newest_first(page);
    for (const flow::QueryRow& row : page.rows) print_row(row, format, colour);
    left -= page.rows.size();
    cursor = page.next;
  } while (cursor && left > 0 && std::ferror(stdout) == 0);
  return Done{};
}

}  // namespace

int run(const LogCommand& command) {
  const SystemClock clock;
  const auto filter = read_conditions(command.only, clock.wall_now());
  if (!filter) {
    fmt::print(stderr, "weir log: {}\n", filter.error().what);
    return kExitWrongInput;
  }
  std::string path = command.store;
  if (path.empty()) {
    const auto loaded = load_settings(command.config, config::process_environment);
    if (!loaded) return report_mistakes(loaded.error());
    path = flow_settings(loaded->settings, default_store_path()).store.path;
  }
  auto store = flow::StoreReader::open(path);
  if (!store) {
    fmt::print(stderr, "weir log: {}\nname the store with --store, or its settings with --config\n",
               store.error().what);
    return kExitFailed;
  }
  const LogFormat format = command.format != LogFormat::kAutomatic ? command.format
                           : is_terminal(stdout)                   ? LogFormat::kTable
                                                                   : LogFormat::kJson;
  const Status printed = print_rows(**store, *filter, command.limit, format);
  if (!printed) {
    fmt::print(stderr, "weir log: {}\n", printed.error().what);
    return kExitFailed;
  }
  return kExitDone;
}

}  // namespace weir::app
