// `weir read`: capture files through the flow, to standard output or to a sink.
#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <thread>

#include "app/commands.h"
#include "app/machine.h"
#include "app/version.h"
#include "flow/file_source.h"
#include "flow/plane.h"

namespace weir::app {
namespace {

flow::Format format_of(std::string_view word) {
  return word == "text"   ? flow::Format::kText
         : word == "json" ? flow::Format::kJson
                          : flow::Format::kFlatJson;
}

/// `sqlite:PATH`, `file:PATH`; nothing is standard output.
Result<flow::SinkSettings> sink_of(const ReadCommand& command) {
  flow::LaneSettings lane;
  lane.overflow = flow::Overflow::kBlock;  // a file can wait, and nothing is lost
  const std::string to = command.to.empty() ? "file:-" : command.to;
  const size_t colon = std::min(to.find(':'), to.size() - 1);
  const std::string kind = to.substr(0, colon);
  const std::string path = to.substr(colon + 1);
  if (kind == "file" && !path.empty())
    return flow::SinkSettings(flow::FileSinkSettings{
        .name = "read", .path = path, .format = format_of(command.format), .lane = lane});
  if (kind == "sqlite" && !path.empty())
    return flow::SinkSettings(flow::SqliteSinkSettings{
        .name = "read", .path = path, .retention = {Duration::zero(), 0}, .lane = lane});
  return Error{Fault::kConfig, fmt::format("--to {}: expected sqlite:PATH or file:PATH", to)};
}

constexpr Duration kForever = 24h * 365;

}  // namespace

int run(const ReadCommand& command) {
  auto sink = sink_of(command);
  if (!sink) {
    fmt::print(stderr, "weir read: {}\n", sink.error().what);
    return kExitWrongInput;
  }
  flow::FlowSettings settings;
  settings.sources_wait = true;
  settings.store_enabled = false;
  settings.sinks = {*sink};
  settings.identity = machine_name();
  settings.version = "weir " + std::string(version());

  metrics::Registry registry;
  const SystemClock clock;
  auto plane = flow::Plane::create(std::move(settings), registry, clock);
  if (!plane) {
    fmt::print(stderr, "weir read: {}\n", plane.error().what);
    return kExitFailed;
  }
  (*plane)->start();
  flow::FileSettings files{.paths = command.files};
  if (!command.ports.empty()) files.ports = command.ports;
  files.threads =
      command.threads > 0 ? command.threads : std::max(1u, std::thread::hardware_concurrency());
  model::Tap& tap = (*plane)->open_tap("files", model::SourceKind::kFile);
  const flow::ReadSummary summary = flow::read_files(files, tap);
  tap.flush();
  (*plane)->stop(kForever);

  for (const std::string& line : summary.lines()) fmt::print(stderr, "{}\n", line);
  bool lost = false;
  for (const flow::Account& account : (*plane)->read().sinks) {
    if (account.dropped_total() == 0) continue;
    fmt::print(stderr, "{} of {} messages were not written\n", account.dropped_total(),
               account.received);
    lost = true;
  }
  return summary.whole() && !lost ? kExitDone : kExitFailed;
}

}  // namespace weir::app
