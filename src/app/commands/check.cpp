// `weir check` and `weir config`: what the settings say, without doing it.
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

#include "app/commands.h"
#include "app/commands/report.h"
#include "app/settings.h"
#include "app/state_directory.h"
#include "base/units.h"
#include "config/reference.h"
#include "config/show.h"
#include "flow/catalogue.h"

namespace weir::app {
namespace {

std::string list(const std::vector<Endpoint>& endpoints) {
  std::string text;
  for (const Endpoint& each : endpoints) text += (text.empty() ? "" : ", ") + each.to_text();
  return text.empty() ? "nowhere" : text;
}

std::string list(const std::vector<Prefix>& prefixes) {
  std::string text;
  for (const Prefix& each : prefixes) text += (text.empty() ? "" : ", ") + each.to_text();
  return text.empty() ? "nobody" : text;
}

std::string bound(Duration age, uint64_t octets) {
  std::string text = age > Duration::zero() ? format_duration(age) : "any age";
  return text + (octets > 0 ? ", at most " + format_size(octets) : ", any size");
}

void print_plan(const LoadedSettings& loaded) {
  const Settings& settings = loaded.settings;
  fmt::print("settings  {}\n", loaded.file.empty() ? "defaults" : loaded.file);
  fmt::print("answers   on {}\n", list(settings.edge.listen));
  fmt::print("clients   {}\n", list(settings.edge.allow));
  for (const edge::UpstreamSettings& upstream : settings.edge.upstreams)
    fmt::print("asks      {}{}{}\n", upstream.address, upstream.name.empty() ? "" : ", called ",
               upstream.name);
  const flow::FlowSettings flow = flow_settings(settings, default_store_path());
  if (flow.store_enabled)
    fmt::print("keeps     {} in {}\n", bound(flow.store.retention.age, flow.store.retention.octets),
               flow.store.path);
  const universe::UniverseSettings universe = universe_settings(settings, default_history_path());
  if (universe.enabled)
    fmt::print("remembers {} records{}\n", universe.limits.records,
               universe.history.enabled
                   ? fmt::format(", {} in {}", bound(universe.history.age, universe.history.octets),
                                 universe.history.path)
                   : "");
  if (universe.enabled && universe.keep_warm.enabled)
    fmt::print("warms     {}\n", universe.keep_warm.cache());
  for (const flow::SourceSettings& source : flow.sources)
    fmt::print("takes     {} called {}\n", flow::origin(source), flow::name_of(source));
  for (const flow::SinkSettings& sink : flow.sinks)
    fmt::print("writes    {} to {}{}\n", flow::name_of(sink), flow::destination(sink),
               flow::lane_of(sink).durable ? ", durably" : "");
  if (std::ranges::any_of(flow.sinks, [](const auto& sink) { return flow::lane_of(sink).durable; }))
    fmt::print("journals  {} in {}\n", bound(flow.journal.age, flow.journal.octets),
               flow.journal.path);
  fmt::print("control   http on {}\n", list(settings.control.listen));
  if (!settings.control.alias_listen.empty())
    fmt::print("metrics   http on {}\n", list(settings.control.alias_listen));
}

int explain(const std::string& key) {
  const auto text = config::explain(settings_table().schema(), key);
  if (!text) {
    fmt::print(stderr, "weir {}\n", text.error().to_text());
    return kExitWrongInput;
  }
  fmt::print("{}", *text);
  if (!text->ends_with('\n')) fmt::print("\n");
  return kExitDone;
}

}  // namespace

int run(const CheckCommand& command) {
  const auto loaded = load_settings(command.config, config::process_environment);
  if (!loaded) return report_mistakes(loaded.error());
  print_plan(*loaded);
  return kExitDone;
}

int run(const ConfigCommand& command) {
  switch (command.what) {
    case ConfigCommand::What::kExplain: return explain(command.key);
    case ConfigCommand::What::kReference:
      fmt::print("{}", config::reference(settings_table().schema(), "Settings"));
      return kExitDone;
    case ConfigCommand::What::kShow: break;
  }
  const auto loaded = load_settings(command.config, config::process_environment);
  if (!loaded) return report_mistakes(loaded.error());
  fmt::print("{}", config::show(settings_table(), loaded->settings));
  return kExitDone;
}

}  // namespace weir::app
