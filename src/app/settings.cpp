// The root of the settings, and the way from file, environment and command line to a value.
#include "app/settings.h"

#include <unistd.h>

#include <filesystem>

#include "app/environment.h"
#include "app/koroz/koroz.h"
#include "app/machine.h"
#include "app/settings/flow.h"
#include "app/settings/route.h"
#include "app/settings/sources.h"
#include "app/settings/universe.h"
#include "app/version.h"
#include "edge/settings_table.h"

namespace weir::app {
namespace {

using config::Reload;
using config::Table;

Table<control::ControlSettings> control_table() {
  using control::ControlSettings;
  Table<ControlSettings> table("The operator's HTTP: metrics, health, status and the query log.");
  table.endpoint("listen", &ControlSettings::listen,
                 {.fallback = R"(["127.0.0.1:8053"])",
                  .doc = "Where it answers; an empty list turns it off.",
                  .default_port = 8053,
                  .most_items = 16});
  table.prefix("allow", &ControlSettings::allow,
               {.fallback = R"(["127.0.0.0/8", "::1/128"])",
                .doc = "Who may ask it. It shows who asked for what: there is no other protection.",
                .most_items = 1024});
  table.endpoint("alias_listen", &ControlSettings::alias_listen,
                 {.fallback = "[]",
                  .doc = "Where /metrics, a link page and /robots.txt answer besides; METRICS_PORT "
                         "sets it.",
                  .default_port = 5000,
                  .most_items = 16});
  table.prefix("alias_allow", &ControlSettings::alias_allow,
               {.fallback = kPrivate, .doc = "Who may ask that.", .most_items = 1024});
  return table;
}

Table<LogSettings> log_table() {
  Table<LogSettings> table("What the program says about itself, on standard error.");
  table.choice("level", &LogSettings::level,
               {{"debug", log::Level::kDebug},
                {"info", log::Level::kInfo},
                {"warning", log::Level::kWarning},
                {"error", log::Level::kError}},
               {.fallback = "info",
                .doc = "The least important lines that are written.",
                .reload = Reload::kLive});
  return table;
}

}  // namespace

Table<Settings> settings_table() {
  Table<Settings> table(
      "weir, a DNS edge. Every key is optional; what is not said has its default.");
  table.table("edge", &Settings::edge, edge::settings_table());
  table.table("store", &Settings::store, store_table());
  table.table("sink", &Settings::sink, sink_table());
  table.table("source", &Settings::source, source_table());
  table.table("journal", &Settings::journal, journal_table());
  table.table("flow", &Settings::flow, flow_table());
  table.table("universe", &Settings::universe, universe_table());
  table.table("route", &Settings::route, route_table());
  table.table("control", &Settings::control, control_table());
  table.table("log", &Settings::log, log_table());
  return table;
}

flow::FlowSettings flow_settings(const Settings& settings, const std::string& store_path) {
  flow::FlowSettings flow;
  flow.batch = settings.flow.batch;
  flow.store_enabled = settings.store.enabled;
  flow.store.path = settings.store.path.empty() ? store_path : settings.store.path;
  flow.store.retention = settings.store.retention;
  flow.store.raw_messages = settings.store.raw_messages;
  flow.store.lane = settings.store.lane;
  flow.journal = settings.journal;
  if (flow.journal.path.empty() && !flow.store.path.empty())
    flow.journal.path = std::filesystem::path(flow.store.path).replace_filename("journal").string();
  const auto append = [](auto& all, const auto& some) {
    all.insert(all.end(), some.begin(), some.end());
  };
  append(flow.sinks, settings.sink.file);
  append(flow.sinks, settings.sink.sqlite);
  append(flow.sinks, settings.sink.dnstap);
  append(flow.sinks, settings.sink.postgresql);
  append(flow.sinks, settings.sink.json);
  append(flow.sinks, settings.sink.nats);
  append(flow.sinks, settings.sink.kafka);
  append(flow.sinks, settings.sink.kinesis);
  append(flow.sources, settings.source.dnstap);
  append(flow.sources, settings.source.capture);
  append(flow.sources, settings.source.json);
  flow.identity = settings.flow.identity.empty() ? machine_name() : settings.flow.identity;
  flow.version = "weir " + std::string(version());
  return flow;
}

Result<LoadedSettings, config::Diagnostics> load_settings(const ConfigChoice& choice,
                                                          const config::Environment& environment) {
  config::Diagnostics wrong;
  LoadedSettings loaded;
  std::string text;
  const bool by_default = choice.file.empty();
  if (!by_default || ::access(kDefaultFile, F_OK) == 0) {
    loaded.file = by_default ? kDefaultFile : choice.file;
    auto file = config::read_file(loaded.file);
    if (!file) return config::Diagnostics{file.error()};
    text = *std::move(file);
  }
  std::vector<config::Override> overrides;
  if (!choice.koroz.empty()) {
    auto koroz = overrides_from_koroz(choice.koroz);
    if (!koroz) return std::move(koroz).error();
    overrides = *std::move(koroz);
  }
  for (config::Override& each : overrides_from_environment(environment, wrong))
    overrides.push_back(std::move(each));
  for (config::Override& each : config::from_arguments(choice.set, wrong))
    overrides.push_back(std::move(each));
  for (config::Diagnostic& each :
       config::load_into(settings_table().schema(), text, loaded.file, overrides, &loaded.settings))
    wrong.push_back(std::move(each));
  if (!wrong.empty()) return wrong;
  return loaded;
}

std::vector<Prefix> private_networks() {
  std::vector<Prefix> networks;
  std::string_view rest = kPrivate;
  for (size_t quote; (quote = rest.find('"')) != std::string_view::npos;) {
    rest.remove_prefix(quote + 1);
    const std::string_view network = rest.substr(0, rest.find('"'));
    networks.push_back(*Prefix::parse(network));
    rest.remove_prefix(network.size() + 1);
  }
  return networks;
}

}  // namespace weir::app
