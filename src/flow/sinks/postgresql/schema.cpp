// SQL, step by step.
#include "flow/sinks/postgresql/schema.h"

#include <fmt/format.h>

#include <array>

namespace weir::flow::postgresql {
namespace {

// Any number that others are not likely to lock by.
constexpr const char* kLock = "SELECT pg_advisory_xact_lock(7593458623301)";

// {0} events, {1} offsets, {2} gaps, {3} the name of its default partition.
constexpr const char* kVersion1 = R"(
CREATE TABLE IF NOT EXISTS {0} (
  "time" timestamptz NOT NULL,
  "type" text NOT NULL,
  "source" text NOT NULL,
  "sequence" bigint NOT NULL,
  "identity" text,
  "protocol" text,
  "client" inet,
  "client_port" integer,
  "server" inet,
  "server_port" integer,
  "qname" text,
  "qtype" text,
  "qclass" text,
  "opcode" text,
  "rcode" text,
  "aa" boolean,
  "tc" boolean,
  "rd" boolean,
  "ra" boolean,
  "ad" boolean,
  "cd" boolean,
  "latency" interval,
  "answer_source" text,
  "upstream" text,
  "size" integer,
  "malformed" text,
  "query" bytea,
  "response" bytea
) PARTITION BY RANGE ("time");
CREATE TABLE IF NOT EXISTS {3} PARTITION OF {0} DEFAULT;
CREATE TABLE IF NOT EXISTS {1} (
  journal text NOT NULL,
  sink text NOT NULL,
  position bigint NOT NULL,
  answers_from bigint NOT NULL,
  PRIMARY KEY (journal, sink)
);
CREATE TABLE IF NOT EXISTS {2} (
  from_time timestamptz NOT NULL,
  to_time timestamptz NOT NULL,
  identity text NOT NULL,
  origin text NOT NULL,
  stage text NOT NULL,
  reason text NOT NULL,
  count bigint NOT NULL
);
)";
constexpr const char* kVersion2 = R"(
ALTER TABLE {0} ADD COLUMN IF NOT EXISTS "answers" integer;
ALTER TABLE {0} ADD COLUMN IF NOT EXISTS "addresses" inet[];
)";
constexpr std::array<const char*, kSchemaVersion> kSteps = {kVersion1, kVersion2};

// The table that koroz has, under its name (K-28).
constexpr const char* kAnswers = R"(
CREATE TABLE {} (
  domain_name varchar NOT NULL,
  ttl integer NOT NULL,
  record_type varchar NOT NULL,
  read_from_buffer_ts timestamptz NOT NULL,
  PRIMARY KEY (domain_name, record_type)
))";

std::string in_schema(const PostgresqlSinkSettings& settings, std::string_view name) {
  return quote(settings.schema) + "." + quote(name);
}

Status apply(Connection& connection, const PostgresqlSinkSettings& settings, int version) {
  const Tables tables(settings);
  for (int step = version; step < kSchemaVersion; ++step) {
    TRY_DONE(connection.execute(fmt::format(fmt::runtime(kSteps[static_cast<size_t>(step)]),
                                            tables.events, tables.offsets, tables.gaps,
                                            in_schema(settings, settings.table + "_default"))));
    TRY(const auto done,
        connection.query("INSERT INTO " + tables.versions + " VALUES ($1, $2, now())",
                         {settings.table, std::to_string(step + 1)}));
    static_cast<void>(done);
  }
  return Done{};
}

/// Who may write into a table need not have the right to make one.
Status make_where_missing(Connection& connection, const std::string& table,
                          const std::string& make) {
  TRY(const auto found, connection.query("SELECT to_regclass($1)", {table}));
  return found.at(0).at(0) ? Status(Done{}) : connection.execute(make);
}

Status migrate_locked(Connection& connection, const PostgresqlSinkSettings& settings) {
  const Tables tables(settings);
  TRY_DONE(connection.execute(kLock));
  TRY(const auto schema,
      connection.query("SELECT 1 FROM pg_namespace WHERE nspname = $1", {settings.schema}));
  if (schema.empty()) TRY_DONE(connection.execute("CREATE SCHEMA " + tables.schema));
  TRY_DONE(make_where_missing(
      connection, tables.versions,
      fmt::format(
          "CREATE TABLE {} (table_name text, version integer, applied timestamptz NOT NULL, "
          "PRIMARY KEY (table_name, version))",
          tables.versions)));
  TRY(const auto rows, connection.query("SELECT coalesce(max(version), 0) FROM " + tables.versions +
                                            " WHERE table_name = $1",
                                        {settings.table}));
  TRY_DONE(apply(connection, settings, std::stoi(rows.at(0).at(0).value_or("0"))));
  if (!settings.answers.enabled) return Done{};
  return make_where_missing(connection, tables.answers, fmt::format(kAnswers, tables.answers));
}

/// Times come in order, so blocks of them tell enough about what is in them (BRIN).
std::string make_index(const PostgresqlSinkSettings& settings, const std::string& column) {
  const bool by_time = column == "time";
  return fmt::format("CREATE INDEX IF NOT EXISTS {} ON {} USING {} ({}{})",
                     quote(settings.table + "_" + column + "_idx"),
                     in_schema(settings, settings.table), by_time ? "brin" : "btree", quote(column),
                     by_time ? "" : R"(, "time")");
}

}  // namespace

Tables::Tables(const PostgresqlSinkSettings& settings)
    : schema(quote(settings.schema)),
      events(in_schema(settings, settings.table)),
      answers(in_schema(settings, "dns_answers")),
      offsets(in_schema(settings, settings.table + "_offsets")),
      gaps(in_schema(settings, settings.table + "_gaps")),
      versions(in_schema(settings, "weir_schema")) {}

Status migrate(Connection& connection, const PostgresqlSinkSettings& settings) {
  TRY_DONE(connection.execute("BEGIN"));
  if (Status migrated = migrate_locked(connection, settings); !migrated) {
    static_cast<void>(connection.execute("ROLLBACK"));
    return migrated;
  }
  TRY_DONE(connection.execute("COMMIT"));
  for (const std::string& column : settings.indexes)
    TRY_DONE(connection.execute(make_index(settings, column)));
  return Done{};
}

std::string select_position(const Tables& tables) {
  return "SELECT position, answers_from FROM " + tables.offsets +
         " WHERE journal = $1 AND sink = $2";
}

std::string keep_position(const Tables& tables) {
  return "INSERT INTO " + tables.offsets +
         " VALUES ($1, $2, $3, $4) ON CONFLICT (journal, sink) DO UPDATE "
         "SET position = excluded.position, answers_from = excluded.answers_from";
}

}  // namespace weir::flow::postgresql
