// Everything that can be set, as one value: each plane's settings, the store, the log.
#pragma once

#include <string>
#include <vector>

#include "app/commands.h"
#include "base/log.h"
#include "config/load.h"
#include "control/settings.h"
#include "edge/settings.h"
#include "flow/settings.h"
#include "route/settings.h"
#include "universe/settings.h"

namespace weir::app {

struct LogSettings {
  log::Level level{};
};

struct StoreSettings {
  bool enabled = true;
  std::string path;  // empty: queries.db in the state directory
  flow::Retention retention;
  bool raw_messages = false;
  flow::LaneSettings lane;
};

/// `[[sink.file]]`, `[[sink.sqlite]]`: a list a kind.
struct SinkTables {
  std::vector<flow::FileSinkSettings> file;
  std::vector<flow::SqliteSinkSettings> sqlite;
  std::vector<flow::DnstapSinkSettings> dnstap;
  std::vector<flow::PostgresqlSinkSettings> postgresql;
  std::vector<flow::JsonSinkSettings> json;
  std::vector<flow::NatsSinkSettings> nats;
  std::vector<flow::KafkaSinkSettings> kafka;
  std::vector<flow::KinesisSinkSettings> kinesis;
};

/// `[[source.dnstap]]`, `[[source.capture]]`: a list a kind.
struct SourceTables {
  std::vector<flow::CaptureSourceSettings> capture;
  std::vector<flow::DnstapSourceSettings> dnstap;
  std::vector<flow::JsonSourceSettings> json;
};

struct FlowTable {
  std::string identity;
  flow::BatchSettings batch;
};

/// The plane's settings, and the lane that leads to it.
struct UniverseTable : universe::UniverseSettings {
  flow::LaneSettings lane;
};

struct Settings {
  edge::EdgeSettings edge;
  StoreSettings store;
  SinkTables sink;
  SourceTables source;
  flow::JournalSettings journal;
  FlowTable flow;
  UniverseTable universe;
  route::RouteSettings route;
  control::ControlSettings control;
  LogSettings log;
};

config::Table<Settings> settings_table();

/// What the flow is built from. `store_path` is where the store is when the settings leave it open;
/// the journal then has a folder beside it.
flow::FlowSettings flow_settings(const Settings& settings, const std::string& store_path);

/// What the universe is made of. `history_path` is where its file is when the settings leave it
/// open.
universe::UniverseSettings universe_settings(const Settings& settings,
                                             const std::string& history_path);

/// The settings and the file they came from (empty: none was read).
struct LoadedSettings {
  Settings settings;
  std::string file;
};
/// The file of `choice`, then the environment, then `--set`; or every mistake in them.
Result<LoadedSettings, config::Diagnostics> load_settings(const ConfigChoice& choice,
                                                          const config::Environment& environment);

/// Who is let in where nothing else is said: this machine and private networks.
inline constexpr const char* kPrivate =
    R"(["127.0.0.0/8", "::1/128", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16",
        "169.254.0.0/16", "fc00::/7", "fe80::/10"])";
/// The same as values.
std::vector<Prefix> private_networks();

inline constexpr const char* kDefaultFile = "/etc/weir/weir.toml";

}  // namespace weir::app
