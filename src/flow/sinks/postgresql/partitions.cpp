// Names and bounds, and the statements that make and drop.
#include "flow/sinks/postgresql/partitions.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace weir::flow::postgresql {
namespace {

// A row that says it is from farther ahead has a wrong clock; the default partition takes it.
constexpr Duration kFuture = 24h;
constexpr int64_t kSecond = 1'000'000'000;

// The bounds of each partition; NULL for the default one. $1 is the table.
constexpr const char* kList = R"(
SELECT c.relname,
       extract(epoch FROM (regexp_match(b.bound, 'FROM \(''([^'']+)''\)'))[1]::timestamptz)::bigint,
       extract(epoch FROM (regexp_match(b.bound, 'TO \(''([^'']+)''\)'))[1]::timestamptz)::bigint
FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid,
     LATERAL (SELECT pg_get_expr(c.relpartbound, c.oid) AS bound) b
WHERE i.inhparent = to_regclass($1)
)";

int64_t number(const std::optional<std::string>& text) {
  int64_t value = 0;
  if (text) std::from_chars(text->data(), text->data() + text->size(), value);
  return value;
}

std::string time_text(int64_t seconds) {
  return fmt::format("'{:%Y-%m-%d %H:%M:%S}+00'", fmt::gmtime(static_cast<time_t>(seconds)));
}

}  // namespace

std::string Partitions::in_schema(const std::string& name) const {
  return quote(settings_.schema) + "." + quote(name);
}

int64_t Partitions::span_of(WallTime time) const {
  const int64_t nanoseconds = to_nanoseconds(time), span = settings_.partition.count();
  return nanoseconds / span - (nanoseconds % span < 0 ? 1 : 0);
}

/// `dns_events_20261128`, with the hour and the minute where partitions are shorter than a day.
std::string Partitions::name_of(int64_t span) const {
  const auto begin = static_cast<time_t>(span * (settings_.partition.count() / kSecond));
  const bool by_day = settings_.partition % Duration(24h) == Duration::zero();
  return settings_.table + (by_day ? fmt::format("_{:%Y%m%d}", fmt::gmtime(begin))
                                   : fmt::format("_{:%Y%m%d_%H%M}", fmt::gmtime(begin)));
}

Status Partitions::load(Connection& connection) {
  TRY(const auto rows, connection.query(kList, {in_schema(settings_.table)}));
  ends_.clear();
  served_.clear();
  const int64_t seconds = settings_.partition.count() / kSecond;
  for (const Row& row : rows) {
    if (!row.at(1) || !row.at(2)) continue;
    const int64_t from = number(row[1]), to = number(row[2]);
    ends_[row[0].value_or("")] = to;
    if (from % seconds == 0 && to == from + seconds) served_.insert(from / seconds);
  }
  return Done{};
}

std::vector<int64_t> Partitions::missing(const model::Batch& batch, WallTime now) const {
  std::vector<int64_t> spans;
  int64_t last = INT64_MIN;
  for (const model::Observation& observation : batch.observations()) {
    const WallTime time = observation.time();
    const int64_t span = span_of(time);
    if (span == last) continue;
    last = span;
    if (served_.contains(span) || is_too_old(time, now) || time > now + kFuture) continue;
    if (std::find(spans.begin(), spans.end(), span) == spans.end()) spans.push_back(span);
  }
  return spans;
}

Status Partitions::make(Connection& connection, int64_t span) {
  if (!served_.insert(span).second || ends_.size() >= kMost) return Done{};
  const int64_t seconds = settings_.partition.count() / kSecond;
  const std::string name = name_of(span);
  Status made = connection.execute(
      fmt::format("SAVEPOINT weir; CREATE TABLE IF NOT EXISTS {} PARTITION OF {} FOR VALUES FROM "
                  "({}) TO ({}); RELEASE SAVEPOINT weir",
                  in_schema(name), in_schema(settings_.table), time_text(span * seconds),
                  time_text((span + 1) * seconds)));
  if (made) {
    ends_[name] = (span + 1) * seconds;
    return made;
  }
  const std::string state = connection.state();
  const bool is_served = state == "23514" || state == "42P17";  // by the default one, by another
  if (!is_served || !connection.is_open()) {
    served_.erase(span);
    Error error = std::move(made).error();
    error.retry = true;
    return error;
  }
  return connection.execute("ROLLBACK TO SAVEPOINT weir");
}

Status Partitions::make_ahead(Connection& connection, WallTime now) {
  const int64_t first = span_of(now);
  for (int64_t span = first; span <= first + static_cast<int64_t>(settings_.partitions_ahead);
       ++span) {
    if (served_.contains(span)) continue;
    TRY_DONE(connection.execute("BEGIN"));
    Status made = make(connection, span);
    TRY_DONE(connection.execute(made ? "COMMIT" : "ROLLBACK"));
    if (!made) return made;
  }
  return Done{};
}

Status Partitions::drop_old(Connection& connection, WallTime now) {
  if (settings_.retention <= Duration::zero()) return Done{};
  const int64_t horizon = to_nanoseconds(now - settings_.retention) / kSecond;
  for (auto partition = ends_.begin(); partition != ends_.end();) {
    if (partition->second > horizon) {
      ++partition;
      continue;
    }
    TRY_DONE(connection.execute("DROP TABLE IF EXISTS " + in_schema(partition->first)));
    partition = ends_.erase(partition);
  }
  return Done{};
}

}  // namespace weir::flow::postgresql
