// `weir read`: files through the flow, to standard output or to a sink.
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <cstdio>
#include <thread>

#include "app/commands.h"
#include "app/commands/conditions.h"
#include "app/commands/progress.h"
#include "app/machine.h"
#include "app/version.h"
#include "flow/catalogue.h"
#include "flow/file_source.h"
#include "flow/plane.h"
#include "io/loop.h"
#include "io/signals.h"

namespace weir::app {
namespace {

constexpr Duration kForever = 24h * 365;
constexpr Duration kDrawAgain = 200ms;
constexpr uint64_t kAttempts = 3;  // to reach a receiver again: seven seconds

flow::Format format_of(std::string_view word) {
  const auto words = flow::format_words();
  const auto found = std::find(words.begin(), words.end(), word);
  return static_cast<flow::Format>(found - words.begin());
}

/// `sqlite:PATH`, `file:PATH`, `dnstap:PATH`, or a receiver of dnstap as emit::parse_target reads
/// it; nothing is standard output.
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
  if (kind == "dnstap" && !path.empty())
    return flow::SinkSettings(
        flow::DnstapSinkSettings{.name = "read", .to = "file:" + path, .lane = lane});
  if (kind == "unix" || kind == "tcp" || kind == "tls") {
    if (const auto target = emit::parse_target(to); !target)
      return Error{Fault::kConfig, fmt::format("--to {}: it {}", to, target.error())};
    lane.retry_attempts = kAttempts;
    return flow::SinkSettings(flow::DnstapSinkSettings{.name = "read", .to = to, .lane = lane});
  }
  return Error{Fault::kConfig,
               fmt::format("--to {}: expected sqlite:PATH, file:PATH, dnstap:PATH, unix:PATH, "
                           "tcp:HOST:PORT or tls:HOST:PORT",
                           to)};
}

Result<flow::FlowSettings> flow_of(const ReadCommand& command, WallTime now) {
  flow::FlowSettings flow;
  flow.sources_wait = true;
  flow.store_enabled = false;
  TRY(flow.only, read_conditions(command.only, now));
  TRY(flow::SinkSettings sink, sink_of(command));
  if (!command.count) flow.sinks.push_back(std::move(sink));
  flow.identity = machine_name();
  flow.version = "weir " + std::string(version());
  return flow;
}

uint64_t octets_of(const std::vector<std::string>& paths) {
  uint64_t total = 0;
  for (const std::string& path : paths) {
    struct stat status{};
    if (::stat(path.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) return 0;
    total += static_cast<uint64_t>(status.st_size);
  }
  return total;
}

/// The reading, on a thread of its own, while this one waits for signals and draws.
class Reading {
 public:
  Reading(const ReadCommand& command, flow::Plane& plane, const Clock& clock)
      : clock_(clock), plane_(plane) {
    settings_.paths = command.files;
    if (!command.ports.empty()) settings_.ports = command.ports;
    settings_.threads =
        command.threads > 0 ? command.threads : std::max(1u, std::thread::hardware_concurrency());
    settings_.follow = command.follow;
    settings_.stop = &stop_;
    settings_.progress = &progress_;
    total_ = octets_of(settings_.paths);
  }

  Result<flow::ReadSummary> run() {
    TRY(const auto signals, io::Signals::watch(loop_, {SIGINT, SIGTERM}, [this](int) { stop(); }));
    plane_.start();  // its threads inherit what is blocked
    model::Tap& tap = plane_.open_tap("files", model::SourceKind::kFile);
    flow::ReadSummary summary;
    std::thread reader([&] {
      summary = flow::read_files(settings_, tap);
      tap.flush();
      loop_.stop();
    });
    if (bar_.wanted() && !settings_.follow) draw();
    loop_.run();
    reader.join();
    bar_.clear();
    return summary;
  }
  bool was_stopped() const { return stop_; }

 private:
  /// Standard input may have nothing for ever: who stops us twice, ends us.
  void stop() {
    if (stop_.exchange(true)) ::_exit(kExitFailed);
  }

  void draw() {
    bar_.draw(progress_.octets, total_, clock_.now() - began_,
              fmt::format("{} messages", progress_.messages.load()));
    timer_.start(kDrawAgain, [this] { draw(); });
  }

  const Clock& clock_;
  flow::Plane& plane_;
  flow::FileSettings settings_;
  flow::FileSettings::Progress progress_;
  std::atomic<bool> stop_{false};
  io::Loop loop_;
  io::Timer timer_{loop_};
  Progress bar_{stderr};
  uint64_t total_ = 0;  // octets; 0: not known
  const Instant began_ = clock_.now();
};

int complain(int code, const Error& error) {
  fmt::print(stderr, "weir read: {}\n", error.what);
  return code;
}

bool tell_losses(const flow::PlaneReading& reading) {
  bool lost = false;
  for (const flow::Account& account : reading.sinks) {
    if (account.dropped_total() == 0) continue;
    fmt::print(stderr, "{} of {} messages were not written\n", account.dropped_total(),
               account.received);
    lost = true;
  }
  return lost;
}

}  // namespace

int run(const ReadCommand& command) {
  const SystemClock clock;
  auto settings = flow_of(command, clock.wall_now());
  if (!settings) return complain(kExitWrongInput, settings.error());
  metrics::Registry registry;
  auto plane = flow::Plane::create(*std::move(settings), registry, clock);
  if (!plane) return complain(kExitFailed, plane.error());
  Reading reading(command, **plane, clock);
  const auto summary = reading.run();
  (*plane)->stop(kForever);
  if (!summary) return complain(kExitFailed, summary.error());

  const flow::PlaneReading ledger = (*plane)->read();
  if (command.count) fmt::print("{}\n", ledger.sources.empty() ? 0 : ledger.sources[0].received);
  for (const std::string& line : summary->lines()) fmt::print(stderr, "{}\n", line);
  const bool lost = tell_losses(ledger);
  if (reading.was_stopped() && !command.follow) fmt::print(stderr, "stopped before the end\n");
  const bool whole = summary->whole() && (command.follow || !reading.was_stopped());
  return whole && !lost ? kExitDone : kExitFailed;
}

}  // namespace weir::app
