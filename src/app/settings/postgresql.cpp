// How a sink into PostgreSQL is written in TOML.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "app/settings/flow.h"

namespace weir::app {
namespace {

using config::Report;
using config::Table;
using flow::AnswerTableSettings;
using flow::PostgresqlSinkSettings;
using flow::PostgresqlTls;

constexpr std::array<std::string_view, 10> kIndexable = {
    "time",  "client",   "server",   "qname",   "qtype",
    "rcode", "identity", "upstream", "latency", "type"};

Table<AnswerTableSettings> answers_table() {
  Table<AnswerTableSettings> table(
      "The table dns_answers: the TTL of each name and type as last seen, and when. The names and "
      "columns are those of koroz.");
  table.boolean("enabled", &AnswerTableSettings::enabled,
                {.fallback = "false", .doc = "Keep that table."});
  table.duration("window", &AnswerTableSettings::window,
                 {.fallback = "1s",
                  .least = "0",
                  .most = "1h",
                  .doc = "Sightings of a name are gathered for so long, and cost one row."});
  table.integer("most", &AnswerTableSettings::most,
                {.fallback = "100000",
                 .least = "1",
                 .most = "10000000",
                 .doc = "How many names and types are gathered at most before they are written."});
  return table;
}

void add_server(Table<PostgresqlSinkSettings>& table) {
  table.text("host", &PostgresqlSinkSettings::host,
             {.fallback = "/run/postgresql",
              .least = "1",
              .most = "4095",
              .doc = "The server: a name, an address, or the folder of its Unix socket."});
  table.integer("port", &PostgresqlSinkSettings::port,
                {.fallback = "5432", .least = "1", .most = "65535", .doc = "Its port."});
  table.text("database", &PostgresqlSinkSettings::database,
             {.fallback = "weir", .least = "1", .most = "63", .doc = "The database."});
  table.text("user", &PostgresqlSinkSettings::user,
             {.fallback = "weir", .least = "1", .most = "63", .doc = "Who weir is there."});
  table.text("password_file", &PostgresqlSinkSettings::password_file,
             {.fallback = "",
              .most = "4095",
              .doc = "A file whose first line is the password; it is read at each connection."});
  table.text(
      "password_environment", &PostgresqlSinkSettings::password_environment,
      {.fallback = "WEIR_POSTGRESQL_PASSWORD",
       .least = "1",
       .most = "255",
       .doc = "Without such a file: the variable of the environment that has the password."});
  table.choice(
      "tls", &PostgresqlSinkSettings::tls,
      {{"verify-full", PostgresqlTls::kVerifyFull},
       {"verify-ca", PostgresqlTls::kVerifyCa},
       {"require", PostgresqlTls::kRequire},
       {"disable", PostgresqlTls::kDisable}},
      {.fallback = "verify-full",
       .doc = "What the server must prove: its name and chain of certificates, the chain "
              "alone, nothing (but TLS all the same); or no TLS. A Unix socket has none."});
  table.text("ca_file", &PostgresqlSinkSettings::ca_file,
             {.fallback = "",
              .most = "4095",
              .doc = "A PEM file of certificates to trust instead of the system's."});
  table.text("certificate", &PostgresqlSinkSettings::certificate,
             {.fallback = "",
              .most = "4095",
              .doc = "A PEM file with the certificate that weir shows where one is asked for."});
  table.text("key", &PostgresqlSinkSettings::key,
             {.fallback = "", .most = "4095", .doc = "A PEM file with its private key."});
  table.duration("timeout", &PostgresqlSinkSettings::timeout,
                 {.fallback = "30s",
                  .least = "100ms",
                  .most = "1h",
                  .doc = "A server that is silent for so long is given up, and tried again."});
}

void check(const PostgresqlSinkSettings& sink, Report& report) {
  if (sink.partition % std::chrono::minutes(1) != Duration::zero())
    report.wrong("partition", "is no whole number of minutes");
  for (const std::string& column : sink.indexes)
    if (std::find(kIndexable.begin(), kIndexable.end(), column) == kIndexable.end())
      report.wrong("indexes", fmt::format("has {}", column),
                   fmt::format("some of {}", fmt::join(kIndexable, ", ")));
  if (!sink.events && !sink.answers.enabled)
    report.wrong("events", "is false, and answers.enabled too", "one of them");
  if (sink.certificate.empty() != sink.key.empty())
    report.wrong("certificate", "and key go together", "both, or neither");
  if (sink.name == "store") report.wrong("name", "is taken by the embedded store");
}

}  // namespace

Table<PostgresqlSinkSettings> postgresql_sink_table() {
  Table<PostgresqlSinkSettings> table(
      "What is seen, as rows of a table in PostgreSQL that is partitioned by time.");
  table.text("name", &PostgresqlSinkSettings::name,
             {.least = "1", .most = "64", .doc = "What it is called in metrics and the ledger."});
  add_server(table);
  table.text("schema", &PostgresqlSinkSettings::schema,
             {.fallback = "public", .least = "1", .most = "63", .doc = "Where its tables are."});
  table.text("table", &PostgresqlSinkSettings::table,
             {.fallback = "dns_events",
              .least = "1",
              .most = "40",
              .doc = "The table of events; others have its name in front."});
  table.boolean("events", &PostgresqlSinkSettings::events,
                {.fallback = "true", .doc = "Keep events; without it only answers are kept."});
  table.duration("partition", &PostgresqlSinkSettings::partition,
                 {.fallback = "1d",
                  .least = "1m",
                  .most = "366d",
                  .doc = "The time that one partition holds, in whole minutes."});
  table.integer("partitions_ahead", &PostgresqlSinkSettings::partitions_ahead,
                {.fallback = "2", .most = "100", .doc = "How many are made ahead of time."});
  table.duration("retention", &PostgresqlSinkSettings::retention,
                 {.fallback = "30d",
                  .least = "0",
                  .most = "3650d",
                  .doc = "Partitions whose rows are all older are dropped, and older rows refused; "
                         "0 means that all are kept."});
  table.text("indexes", &PostgresqlSinkSettings::indexes,
             {.fallback = R"(["time"])",
              .most = "63",
              .doc = "Columns that have an index. One that is taken out of the list stays.",
              .most_items = 10});
  table.boolean("raw_messages", &PostgresqlSinkSettings::raw_messages,
                {.fallback = "false", .doc = "Keep the octets of messages too."});
  table.table("answers", &PostgresqlSinkSettings::answers, answers_table());
  table.table("lane", &PostgresqlSinkSettings::lane, lane_table());
  table.check(check);
  return table;
}

}  // namespace weir::app
