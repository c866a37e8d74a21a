// Words to a sink, and losses to lines.
#include "app/commands/output.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

#include "app/commands/conditions.h"
#include "app/machine.h"
#include "app/version.h"
#include "flow/catalogue.h"

namespace weir::app {
namespace {

constexpr std::string_view kHistory = "history:";
constexpr uint64_t kAttempts = 3;  // to reach a receiver again: seven seconds

flow::Format format_of(std::string_view word) {
  const auto words = flow::format_words();
  const auto found = std::find(words.begin(), words.end(), word);
  return static_cast<flow::Format>(found - words.begin());
}

/// `sqlite:PATH`, `file:PATH`, `dnstap:PATH`, or a receiver of dnstap as emit::parse_target reads
/// it; nothing is standard output.
Result<flow::SinkSettings> sink_of(const OutputChoice& output) {
  flow::LaneSettings lane;
  lane.overflow = flow::Overflow::kBlock;  // a file can wait, and nothing is lost
  const std::string to = output.to.empty() ? "file:-" : output.to;
  const size_t colon = std::min(to.find(':'), to.size() - 1);
  const std::string kind = to.substr(0, colon);
  const std::string path = to.substr(colon + 1);
  if (kind == "file" && !path.empty())
    return flow::SinkSettings(flow::FileSinkSettings{
        .name = "output", .path = path, .format = format_of(output.format), .lane = lane});
  if (kind == "sqlite" && !path.empty())
    return flow::SinkSettings(flow::SqliteSinkSettings{
        .name = "output", .path = path, .retention = {Duration::zero(), 0}, .lane = lane});
  if (kind == "dnstap" && !path.empty())
    return flow::SinkSettings(
        flow::DnstapSinkSettings{.name = "output", .to = "file:" + path, .lane = lane});
  if (kind == "unix" || kind == "tcp" || kind == "tls") {
    if (const auto target = emit::parse_target(to); !target)
      return Error{Fault::kConfig, fmt::format("--to {}: it {}", to, target.error())};
    lane.retry_attempts = kAttempts;
    return flow::SinkSettings(flow::DnstapSinkSettings{.name = "output", .to = to, .lane = lane});
  }
  return Error{Fault::kConfig,
               fmt::format("--to {}: expected sqlite:PATH, file:PATH, dnstap:PATH, unix:PATH, "
                           "tcp:HOST:PORT or tls:HOST:PORT, or history:PATH for files",
                           to)};
}

}  // namespace

std::string history_of(const OutputChoice& output) {
  return output.to.starts_with(kHistory) ? output.to.substr(kHistory.size()) : std::string();
}

Result<flow::FlowSettings> flow_of(const OutputChoice& output, WallTime now) {
  flow::FlowSettings flow;
  flow.sources_wait = true;
  flow.store_enabled = false;
  TRY(flow.only, read_conditions(output.only, now));
  if (history_of(output).empty()) {
    TRY(flow::SinkSettings sink, sink_of(output));
    if (!output.count) flow.sinks.push_back(std::move(sink));
  }
  flow.identity = machine_name();
  flow.version = "weir " + std::string(version());
  return flow;
}

int complain(std::string_view command, int code, const Error& error) {
  fmt::print(stderr, "weir {}: {}\n", command, error.what);
  return code;
}

bool tell_losses(const std::vector<flow::Account>& sinks) {
  bool lost = false;
  for (const flow::Account& account : sinks) {
    if (account.dropped_total() == 0) continue;
    fmt::print(stderr, "{} of {} messages were not written\n", account.dropped_total(),
               account.received);
    lost = true;
  }
  return lost;
}

}  // namespace weir::app
