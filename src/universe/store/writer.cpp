// Upserting, restoring and deleting.
#include "universe/store/writer.h"

#include <algorithm>

#include "sqlite/write_lock.h"
#include "universe/store/schema.h"
#include "universe/store/values.h"

namespace weir::universe {
namespace {

// Records deleted in one step of retention, so that writing need not wait long.
constexpr int64_t kDeletedPerStep = 20'000;
constexpr int kVacuumPages = 1024;
// The part of the bound that is kept free (one in so many), so that new rows find free pages.
constexpr int64_t kSpare = 16;

// As in the store of observations: after a power cut the last moments may be missing, never torn;
// after a kill nothing that was committed is missing. The cache holds the upper parts of the
// indices of some million records.
constexpr const char* kPragmas =
    "PRAGMA auto_vacuum = INCREMENTAL; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;"
    "PRAGMA wal_autocheckpoint = 4096; PRAGMA journal_size_limit = 16777216;"
    "PRAGMA cache_size = -32768; PRAGMA temp_store = MEMORY;";

constexpr const char* kUpsert =
    "INSERT INTO seen (name, type, class, rdata, ttl, first, last, count) VALUES (?,?,?,?,?,?,?,?) "
    "ON CONFLICT (name, type, class, rdata) DO UPDATE SET "
    "ttl = CASE WHEN excluded.last >= last THEN excluded.ttl ELSE ttl END, "
    "first = min(first, excluded.first), last = max(last, excluded.last), "
    "count = count + excluded.count";

}  // namespace

Result<std::unique_ptr<HistoryWriter>> HistoryWriter::open(const HistorySettings& settings) {
  TRY(sqlite::Database database, sqlite::Database::open(settings.path));
  TRY(UniqueFd lock, sqlite::lock_for_writing(settings.path));
  TRY_DONE(database.execute(kPragmas));
  TRY_DONE(migrate(database));
  std::unique_ptr<HistoryWriter> writer(
      new HistoryWriter(std::move(lock), std::move(database), settings));
  TRY_DONE(writer->prepare());
  return writer;
}

HistoryWriter::HistoryWriter(UniqueFd lock, sqlite::Database database,
                             const HistorySettings& settings)
    : lock_(std::move(lock)), database_(std::move(database)), settings_(settings) {}

Status HistoryWriter::prepare() {
  const struct {
    sqlite::Statement& statement;
    std::string_view sql;
  } all[] = {
      {begin_, "BEGIN IMMEDIATE"},
      {commit_, "COMMIT"},
      {upsert_, kUpsert},
      {delete_before_,
       "DELETE FROM seen WHERE id IN (SELECT id FROM seen WHERE last < ? ORDER BY last LIMIT ?)"},
      {delete_oldest_, "DELETE FROM seen WHERE id IN (SELECT id FROM seen ORDER BY last LIMIT ?)"},
      {page_count_, "PRAGMA page_count"},
      {free_count_, "PRAGMA freelist_count"},
  };
  for (const auto& each : all) {
    TRY(each.statement, database_.prepare(each.sql));
  }
  TRY(const int64_t page_size, database_.number("PRAGMA page_size"));
  most_pages_ = static_cast<int64_t>(settings_.octets) / page_size;
  return Done{};
}

Status HistoryWriter::in_transaction(const std::function<Status()>& work) {
  TRY_DONE(begin_.run());
  Status outcome = work();
  if (outcome) outcome = commit_.run();
  // SQLite may have rolled back by itself (a full disk); then there is nothing left to undo.
  if (!outcome && database_.in_transaction()) static_cast<void>(database_.execute("ROLLBACK"));
  return outcome;
}

Status HistoryWriter::add(std::span<const RecordSet> sets) {
  return in_transaction([&] { return add_all(sets); });
}

Status HistoryWriter::add_all(std::span<const RecordSet> sets) {
  for (const RecordSet& set : sets) {
    const std::string name = set.name.to_text();
    upsert_.bind_text(1, name);
    upsert_.bind(2, static_cast<int64_t>(set.type));
    upsert_.bind(3, static_cast<int64_t>(set.klass));
    upsert_.bind(5, set.ttl);
    for (const SeenRecord& record : set.records) {
      bind_rdata(upsert_, 4, record.rdata);
      upsert_.bind(6, to_seconds_of_store(record.first_seen));
      upsert_.bind(7, to_seconds_of_store(record.last_seen));
      upsert_.bind(8, static_cast<int64_t>(record.count));
      TRY_DONE(upsert_.run());
    }
  }
  return Done{};
}

Status HistoryWriter::restore(size_t most, const std::function<bool(const RecordSet&)>& take) {
  TRY(sqlite::Statement from,
      database_.prepare("SELECT last FROM seen ORDER BY last DESC LIMIT 1 OFFSET ?"));
  from.bind(1, static_cast<int64_t>(most));
  TRY(const bool more, from.step());
  const int64_t after = more ? from.number(0) : -1;
  from.reset();
  TRY(sqlite::Statement rows,
      database_.prepare("SELECT name, type, class, rdata, ttl, first, last, count FROM seen "
                        "WHERE last > ? ORDER BY last"));
  rows.bind(1, after);
  for (;;) {
    TRY(const bool found, rows.step());
    if (!found) return Done{};
    const auto row = read_row(rows, 0);
    if (!row) continue;  // written by somebody else
    RecordSet set{.name = row->name,
                  .type = row->type,
                  .klass = row->klass,
                  .ttl = row->ttl,
                  .first_seen = row->first,
                  .last_seen = row->last};
    set.records.push_back({row->rdata, row->first, row->last, row->count});
    if (take(set)) continue;
    rows.reset();
    return Done{};
  }
}

Result<size_t> HistoryWriter::retain(WallTime now) {
  size_t deleted = 0;
  const auto run = [&](sqlite::Statement& statement) -> Status {
    TRY(const int64_t before, database_.number("SELECT total_changes()"));
    TRY_DONE(statement.run());
    TRY(const int64_t after, database_.number("SELECT total_changes()"));
    deleted += static_cast<size_t>(after - before);
    return Done{};
  };
  if (settings_.age > Duration::zero()) {
    delete_before_.bind(1, to_seconds_of_store(now - settings_.age));
    delete_before_.bind(2, kDeletedPerStep);
    TRY_DONE(run(delete_before_));
  }
  if (deleted == 0 && most_pages_ > 0) {
    TRY(const bool over, over_bound());
    delete_oldest_.bind(1, kDeletedPerStep);
    if (over) TRY_DONE(run(delete_oldest_));
  }
  return deleted;
}

/// Free pages are used again first; they are given back only when the file is over its bound.
Result<bool> HistoryWriter::over_bound() {
  TRY(const bool counted, page_count_.step());
  const int64_t pages = counted ? page_count_.number(0) : 0;
  page_count_.reset();
  TRY(const bool counted_free, free_count_.step());
  const int64_t free_pages = counted_free ? free_count_.number(0) : 0;
  free_count_.reset();
  if (pages > most_pages_ && free_pages > 0)
    TRY_DONE(database_.execute("PRAGMA incremental_vacuum(" + std::to_string(kVacuumPages) + ")"));
  return pages - free_pages > most_pages_ - most_pages_ / kSpare;
}

}  // namespace weir::universe
