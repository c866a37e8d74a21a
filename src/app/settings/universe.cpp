// How the universe plane is written in TOML.
#include "app/settings/universe.h"

#include <fmt/format.h>

#include "app/settings/flow.h"
#include "base/units.h"

namespace weir::app {
namespace {

using config::Reload;
using config::Report;
using config::Table;
using universe::HistorySettings;
using universe::KeepWarmSettings;
using universe::RequerySettings;
using universe::SightingSettings;
using universe::TableLimits;
using universe::UnboundControlSettings;
using universe::UniverseSettings;
using universe::WarmthDriver;
using universe::WarmthSettings;

/// What the table has of the plane's settings, as a member of its own.
template <typename M>
M UniverseTable::* own(M UniverseSettings::* member) {
  return member;
}

/// A TTL.
config::Form<uint32_t> seconds_form() {
  return {"whole seconds such as \"30s\" or \"1h\"",
          [](std::string_view text) -> std::optional<uint32_t> {
            const auto time = parse_duration(text);
            if (!time || *time < Duration::zero() || *time % 1s != 0s || *time / 1s > INT32_MAX)
              return std::nullopt;
            return static_cast<uint32_t>(*time / 1s);
          },
          [](uint32_t seconds) { return format_duration(std::chrono::seconds(seconds)); }};
}

Table<TableLimits> memory_table() {
  Table<TableLimits> table("How much of what has been seen is in memory; the oldest makes room.");
  table.integer(
      "records", &TableLimits::records,
      {.fallback = "1000000", .least = "1", .most = "1000000000", .doc = "How many records."});
  table.size("size", &TableLimits::octets,
             {.fallback = "256MiB",
              .least = "64KiB",
              .most = "1TiB",
              .doc = "How much memory they may take."});
  table.integer("records_of_set", &TableLimits::records_of_set,
                {.fallback = "128",
                 .least = "1",
                 .most = "4096",
                 .doc = "How many of one name and type; the one seen least lately makes room."});
  table.integer("sets_of_name", &TableLimits::sets_of_name,
                {.fallback = "64",
                 .least = "1",
                 .most = "4096",
                 .doc = "How many types of one name; further ones are refused and counted."});
  return table;
}

Table<SightingSettings> sightings_table() {
  Table<SightingSettings> table("Which records of answers count as seen.");
  table.form("types", &SightingSettings::types,
             config::Form<model::MessageType>{
                 "a response of dnstap such as CLIENT_RESPONSE",
                 [](std::string_view text) -> std::optional<model::MessageType> {
                   const auto type = model::message_type_from_text(text);
                   return type && model::is_response(*type) ? type : std::nullopt;
                 },
                 [](model::MessageType type) { return std::string(model::to_text(type)); }},
             {.fallback = R"(["CLIENT_RESPONSE", "RESOLVER_RESPONSE", "FORWARDER_RESPONSE",
                 "STUB_RESPONSE", "AUTH_RESPONSE"])",
              .doc = "Whose answers: what clients got, and what resolvers were told.",
              .reload = Reload::kLive,
              .most_items = 16});
  table.form("ttl_above", &SightingSettings::ttl_above, seconds_form(),
             {.doc = "Records count whose TTL is above; nothing said is no bound.",
              .reload = Reload::kLive});
  table.form("ttl_below", &SightingSettings::ttl_below, seconds_form(),
             {.doc = "Records count whose TTL is below; nothing said is no bound.",
              .reload = Reload::kLive});
  return table;
}

Table<HistorySettings> history_table() {
  Table<HistorySettings> table("What has been seen, on disk: `weir seen` asks it.");
  table.boolean("enabled", &HistorySettings::enabled,
                {.fallback = "true", .doc = "Keep it across restarts."});
  table.text("path", &HistorySettings::path,
             {.fallback = "",
              .most = "4095",
              .doc = "Its file; empty means universe.db in the state directory."});
  table.duration("age", &HistorySettings::age,
                 {.fallback = "90d",
                  .least = "0",
                  .most = "3650d",
                  .doc = "Records not seen for so long are deleted; 0 means no bound."});
  table.size("size", &HistorySettings::octets,
             {.fallback = "4GiB",
              .most = "16TiB",
              .doc = "A larger file loses what was seen least lately; 0 means no bound."});
  table.duration("group_interval", &HistorySettings::group_interval,
                 {.fallback = "1s",
                  .least = "10ms",
                  .most = "1h",
                  .doc = "The pause between two writings: what a crash may cost."});
  table.integer("group_sets", &HistorySettings::group_sets,
                {.fallback = "20000",
                 .least = "1",
                 .most = "1000000",
                 .doc = "How many changed names and types are written in one transaction."});
  table.integer("group_updates", &HistorySettings::group_updates,
                {.fallback = "1000",
                 .least = "1",
                 .most = "1000000",
                 .doc = "How many of them every `group_interval` whose records are in the file "
                        "already, and only counts and times are new; the others wait for their "
                        "turn."});
  return table;
}

Table<WarmthSettings> warmth_table() {
  Table<WarmthSettings> table("Which records are refreshed, when, and how many.");
  table.duration("cycle", &WarmthSettings::cycle,
                 {.fallback = "1s",
                  .least = "10ms",
                  .most = "1h",
                  .doc = "The time from batch to batch.",
                  .reload = Reload::kLive});
  table.duration("ahead", &WarmthSettings::ahead,
                 {.fallback = "30s",
                  .least = "0",
                  .most = "1d",
                  .doc = "How long before its end a record is refreshed; never before half of its "
                         "life is over.",
                  .reload = Reload::kLive});
  table.integer("jitter", &WarmthSettings::jitter_percent,
                {.fallback = "10",
                 .most = "100",
                 .doc = "Per cent of `ahead` by which chance makes it earlier.",
                 .reload = Reload::kLive});
  table.integer("batch", &WarmthSettings::batch,
                {.fallback = "100",
                 .least = "1",
                 .most = "100000",
                 .doc = "How many records of one cycle; those that end first come first.",
                 .reload = Reload::kLive});
  table.integer("rate", &WarmthSettings::rate,
                {.fallback = "100",
                 .least = "1",
                 .most = "1000000",
                 .doc = "How many records a second, whatever is due.",
                 .reload = Reload::kLive});
  table.integer("least_asked", &WarmthSettings::least_asked,
                {.fallback = "2",
                 .most = "1000000",
                 .doc = "How often clients must have got a record since it was last refreshed. 0 "
                        "refreshes all that is seen, whether anybody asks or not.",
                 .reload = Reload::kLive});
  table.integer("records", &WarmthSettings::records,
                {.fallback = "100000",
                 .least = "1",
                 .most = "100000000",
                 .doc = "How many records may wait for their turn; further ones are counted."});
  return table;
}

Table<RequerySettings> requery_table() {
  Table<RequerySettings> table("How the resolver whose cache is kept warm is asked.");
  table.endpoint(
      "resolver", &RequerySettings::resolver,
      {.fallback = "127.0.0.1:53", .doc = "Where it answers clients.", .default_port = 53});
  table.boolean(
      "tcp", &RequerySettings::over_tcp,
      {.fallback = "false", .doc = "Ask over TCP; over UDP, TCP is used for what is truncated."});
  table.boolean("recursion_desired", &RequerySettings::recursion_desired,
                {.fallback = "true", .doc = "Set RD, as clients do."});
  table.boolean("checking_disabled", &RequerySettings::checking_disabled,
                {.fallback = "false", .doc = "Set CD: what fails validation is taken too."});
  table.duration(
      "timeout", &RequerySettings::timeout,
      {.fallback = "2s", .least = "10ms", .most = "1m", .doc = "How long its answer may take."});
  return table;
}

Table<UnboundControlSettings> unbound_table() {
  Table<UnboundControlSettings> table(
      "The control channel of unbound, where records are taken out of its cache.");
  table.form("control", &UnboundControlSettings::address,
             config::Form<dnstap::StreamAddress>{
                 "an address such as tls:127.0.0.1:8953 or unix:/run/unbound.ctl",
                 &dnstap::StreamAddress::parse,
                 [](const dnstap::StreamAddress& address) { return address.to_text(); }},
             {.fallback = "tls:127.0.0.1:8953",
              .doc = "unbound's control-interface: tls:ADDRESS:PORT, or, where control-use-cert "
                     "is off, tcp:ADDRESS:PORT or unix:PATH."});
  table.text("server_certificate", &UnboundControlSettings::server_certificate,
             {.fallback = "/etc/unbound/unbound_server.pem",
              .most = "4095",
              .doc = "A PEM file: unbound's server-cert-file."});
  table.text("control_key", &UnboundControlSettings::control_key,
             {.fallback = "/etc/unbound/unbound_control.key",
              .most = "4095",
              .doc = "A PEM file: unbound's control-key-file."});
  table.text("control_certificate", &UnboundControlSettings::control_certificate,
             {.fallback = "/etc/unbound/unbound_control.pem",
              .most = "4095",
              .doc = "A PEM file: unbound's control-cert-file."});
  table.integer("connections", &UnboundControlSettings::connections,
                {.fallback = "4",
                 .least = "1",
                 .most = "10",
                 .doc = "How many records are taken out at once, a command each; unbound takes "
                        "ten."});
  table.duration(
      "timeout", &UnboundControlSettings::timeout,
      {.fallback = "5s", .least = "10ms", .most = "1m", .doc = "How long one command may take."});
  table.check([](const UnboundControlSettings& unbound, Report& report) {
    if (unbound.address.kind != dnstap::StreamAddress::Kind::kUnix && !unbound.address.address)
      report.wrong("control", fmt::format("has the name {}", unbound.address.host), "an address");
  });
  return table;
}

Table<KeepWarmSettings> keep_warm_table() {
  Table<KeepWarmSettings> table(
      "Records that clients ask for are asked for again before they expire.");
  table.boolean("enabled", &KeepWarmSettings::enabled,
                {.fallback = "false", .doc = "Keep a resolver's cache warm."});
  table.choice("driver", &KeepWarmSettings::driver,
               {{"requery", WarmthDriver::kRequery},
                {"unbound", WarmthDriver::kUnbound},
                {"edge", WarmthDriver::kEdge}},
               {.fallback = "requery",
                .doc = "How: by asking the resolver, which must then fetch anew; by taking the "
                       "record out of unbound's cache first; or weir's own cache, by having the "
                       "edge ask its upstreams."});
  table.table("warmth", &KeepWarmSettings::warmth, warmth_table());
  table.table("requery", &KeepWarmSettings::requery, requery_table());
  table.table("unbound", &KeepWarmSettings::unbound, unbound_table());
  return table;
}

}  // namespace

Table<UniverseTable> universe_table() {
  Table<UniverseTable> table("What has been seen: names, their records, how long and how often.");
  table.boolean("enabled", own(&UniverseSettings::enabled),
                {.fallback = "true", .doc = "Remember what answers show."});
  table.table("memory", own(&UniverseSettings::limits), memory_table());
  table.table("sightings", own(&UniverseSettings::sightings), sightings_table());
  table.table("history", own(&UniverseSettings::history), history_table());
  table.table("keep_warm", own(&UniverseSettings::keep_warm), keep_warm_table());
  table.table("lane", &UniverseTable::lane, lane_table());
  table.check([](const UniverseTable& universe, Report& report) {
    if (universe.lane.durable)
      report.wrong("lane.durable", "has no meaning here: the history keeps what was seen");
  });
  return table;
}

universe::UniverseSettings universe_settings(const Settings& settings,
                                             const std::string& history_path) {
  universe::UniverseSettings universe = settings.universe;
  if (universe.history.path.empty()) universe.history.path = history_path;
  return universe;
}

}  // namespace weir::app
