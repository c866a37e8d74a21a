// `weir read`: files through the flow, to standard output or to a sink.
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <cstdio>
#include <thread>

#include "app/commands.h"
#include "app/commands/live.h"
#include "app/commands/output.h"
#include "app/commands/progress.h"
#include "app/consumer_sink.h"
#include "app/settings.h"
#include "flow/file_source.h"
#include "flow/plane.h"
#include "io/loop.h"
#include "io/signals.h"
#include "universe/plane.h"
#include "universe/store/writer.h"

namespace weir::app {
namespace {

constexpr Duration kDrawAgain = 200ms;
constexpr std::string_view kInterface = "iface:";

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

/// The history that the command writes, at the end of a lane that waits for it; null when it writes
/// something else.
Result<std::unique_ptr<universe::Plane>> open_history(const ReadCommand& command,
                                                      flow::Plane& plane,
                                                      metrics::Registry& registry,
                                                      const Clock& clock) {
  const std::string path = history_of(command);
  if (path.empty() || command.count) return std::unique_ptr<universe::Plane>();
  universe::UniverseSettings settings;
  settings.history = {
      .path = path, .age = Duration::zero(), .octets = 0, .group_updates = SIZE_MAX};
  settings.sources_wait = true;
  // What cannot be opened now would be tried again for ever.
  TRY(const auto writable, universe::HistoryWriter::open(settings.history));
  TRY(auto universe, universe::Plane::create(settings, registry, clock));
  flow::LaneSettings lane;
  lane.overflow = flow::Overflow::kBlock;
  TRY_DONE(plane.add_sink("output", std::make_unique<ConsumerSink>(*universe), lane));
  return universe;
}

/// The interfaces that `iface:NAME` means.
std::vector<std::string> interfaces_of(const std::vector<std::string>& files) {
  std::vector<std::string> names;
  for (const std::string& file : files)
    if (file.starts_with(kInterface)) names.push_back(file.substr(kInterface.size()));
  return names;
}

/// The addresses that senders of dnstap are to connect to.
std::vector<flow::StreamAddress> addresses_of(const std::vector<std::string>& files) {
  std::vector<flow::StreamAddress> addresses;
  for (const std::string& file : files)
    if (auto address = flow::StreamAddress::parse(file)) addresses.push_back(*std::move(address));
  return addresses;
}

int listen(const ReadCommand& command, std::vector<flow::StreamAddress> addresses) {
  flow::DnstapSourceSettings source;
  source.name = "dnstap";
  source.listen = std::move(addresses);
  source.allow = private_networks();
  source.tls = {command.certificate, command.key, command.client_ca};
  for (const flow::StreamAddress& address : source.listen) {
    if (address.kind != flow::StreamAddress::Kind::kUnix && !address.address)
      return complain("read", kExitWrongInput,
                      {Fault::kConfig, fmt::format("{}: expected an address of this machine, not "
                                                   "a name",
                                                   address.to_text())});
    if (address.kind == flow::StreamAddress::Kind::kTls &&
        (command.certificate.empty() || command.key.empty()))
      return complain(
          "read", kExitWrongInput,
          {Fault::kConfig, fmt::format("{}: needs --certificate and --key", address.to_text())});
  }
  return watch("read", command, std::move(source));
}

int read_live_and_files() {
  return complain("read", kExitWrongInput,
                  {Fault::kConfig,
                   "files, interfaces (iface:NAME) and addresses (unix:PATH, "
                   "tcp:ADDRESS:PORT, tls:ADDRESS:PORT) do not go together"});
}

}  // namespace

int run(const ReadCommand& command) {
  const auto interfaces = interfaces_of(command.files);
  auto addresses = addresses_of(command.files);
  for (const size_t live : {interfaces.size(), addresses.size()})
    if (live != 0 && live != command.files.size()) return read_live_and_files();
  if (!addresses.empty()) return listen(command, std::move(addresses));
  if (!interfaces.empty()) {
    CaptureCommand capture{command};
    capture.interfaces = interfaces;
    capture.ports = command.ports;
    return run(capture);
  }
  const SystemClock clock;
  auto settings = flow_of(command, clock.wall_now());
  if (!settings) return complain("read", kExitWrongInput, settings.error());
  metrics::Registry registry;
  auto plane = flow::Plane::create(*std::move(settings), registry, clock);
  if (!plane) return complain("read", kExitFailed, plane.error());
  auto history = open_history(command, **plane, registry, clock);
  if (!history) return complain("read", kExitFailed, history.error());
  if (*history) (*history)->start();
  Reading reading(command, **plane, clock);
  const auto summary = reading.run();
  (*plane)->stop(kForever);
  if (*history) (*history)->stop(kForever);
  if (!summary) return complain("read", kExitFailed, summary.error());

  const flow::PlaneReading ledger = (*plane)->read();
  if (command.count) fmt::print("{}\n", ledger.sources.empty() ? 0 : ledger.sources[0].received);
  for (const std::string& line : summary->lines()) fmt::print(stderr, "{}\n", line);
  const uint64_t unwritten = *history ? (*history)->lost() : 0;
  if (unwritten > 0) fmt::print(stderr, "{} sets of records were not written\n", unwritten);
  const bool lost = tell_losses(ledger.sinks) || unwritten > 0;
  if (reading.was_stopped() && !command.follow) fmt::print(stderr, "stopped before the end\n");
  const bool whole = summary->whole() && (command.follow || !reading.was_stopped());
  return whole && !lost ? kExitDone : kExitFailed;
}

}  // namespace weir::app
