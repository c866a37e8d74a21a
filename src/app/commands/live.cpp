// One source, one sink, and a loop that waits for a signal.
#include "app/commands/live.h"

#include <fmt/format.h>

#include <csignal>
#include <utility>

#include "app/commands/output.h"
#include "flow/plane.h"
#include "io/loop.h"
#include "io/signals.h"

namespace weir::app {
namespace {

uint64_t lost_before(const flow::PlaneReading& ledger) {
  uint64_t lost = 0;
  for (const flow::Account& account : ledger.sources) lost += account.dropped_total();
  return lost;
}

}  // namespace

int watch(std::string_view command, const OutputChoice& output, flow::SourceSettings source) {
  const SystemClock clock;
  auto settings = flow_of(output, clock.wall_now());
  if (!settings) return complain(command, kExitWrongInput, settings.error());
  if (!history_of(output).empty())
    return complain(command, kExitWrongInput,
                    {Fault::kConfig, "--to history:PATH is for files; weir run keeps a history"});
  settings->sources.push_back(std::move(source));
  metrics::Registry registry;
  auto plane = flow::Plane::create(*std::move(settings), registry, clock);
  if (!plane) return complain(command, kExitFailed, plane.error());

  io::Loop loop;
  const auto signals = io::Signals::watch(loop, {SIGINT, SIGTERM}, [&](int) { loop.stop(); });
  if (!signals) return complain(command, kExitFailed, signals.error());
  (*plane)->start();
  loop.run();
  (*plane)->stop(kForever);

  const flow::PlaneReading ledger = (*plane)->read();
  if (output.count) fmt::print("{}\n", ledger.sources[0].received - lost_before(ledger));
  for (const std::string& line : (*plane)->summaries()) fmt::print(stderr, "{}\n", line);
  return tell_losses(ledger.sinks) ? kExitFailed : kExitDone;
}

}  // namespace weir::app
