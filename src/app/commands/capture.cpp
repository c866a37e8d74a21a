// `weir capture`: interfaces through the flow, to standard output or to a sink, until a signal.
#include <fmt/format.h>

#include <algorithm>
#include <csignal>

#include "app/commands.h"
#include "app/commands/output.h"
#include "flow/plane.h"
#include "io/loop.h"
#include "io/signals.h"

namespace weir::app {
namespace {

io::CaptureMethod method_of(std::string_view word) {
  if (word == "ebpf") return io::CaptureMethod::kEbpf;
  return word == "packet" ? io::CaptureMethod::kPacket : io::CaptureMethod::kAuto;
}

flow::CaptureSourceSettings source_of(const CaptureCommand& command) {
  flow::CaptureSourceSettings source;
  source.name = "capture";
  source.interfaces = command.interfaces;
  source.netns = command.netns;
  source.method = method_of(command.method);
  source.ports = {53, 5353};
  if (!command.ports.empty()) source.ports = command.ports;
  for (const std::string& network : command.networks)
    source.networks.push_back(*Prefix::parse(network));
  source.responses_only = command.responses_only;
  source.sample = command.sample;
  source.snap_octets = command.snap_octets;
  source.promiscuous = command.promiscuous;
  source.must_exist = true;
  return source;
}

uint64_t lost_in_kernel(const flow::PlaneReading& ledger) {
  uint64_t lost = 0;
  for (const flow::Account& account : ledger.sources) lost += account.dropped_total();
  return lost;
}

}  // namespace

int run(const CaptureCommand& command) {
  const SystemClock clock;
  auto settings = flow_of(command, clock.wall_now());
  if (!settings) return complain("capture", kExitWrongInput, settings.error());
  settings->sources.emplace_back(source_of(command));
  metrics::Registry registry;
  auto plane = flow::Plane::create(*std::move(settings), registry, clock);
  if (!plane) return complain("capture", kExitFailed, plane.error());

  io::Loop loop;
  const auto signals = io::Signals::watch(loop, {SIGINT, SIGTERM}, [&](int) { loop.stop(); });
  if (!signals) return complain("capture", kExitFailed, signals.error());
  (*plane)->start();
  loop.run();
  (*plane)->stop(kForever);

  const flow::PlaneReading ledger = (*plane)->read();
  const uint64_t lost = lost_in_kernel(ledger);
  if (command.count) fmt::print("{}\n", ledger.sources[0].received - lost);
  for (const std::string& line : (*plane)->summaries()) fmt::print(stderr, "{}\n", line);
  return tell_losses(ledger.sinks) ? kExitFailed : kExitDone;
}

}  // namespace weir::app
