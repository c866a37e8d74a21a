// Inserting, committing and deleting.
#include "flow/store/writer.h"

#include <algorithm>

#include "flow/store/schema.h"
#include "flow/text.h"
#include "sqlite/write_lock.h"

namespace weir::flow {
namespace {

// Blocks deleted in one step of retention: more than a group of batches adds, so that deleting
// keeps up with writing.
constexpr int kBlocksPerStep = 6;
constexpr int kVacuumPages = 256;
// The part of the bound that is kept free (one in so many), so that new rows find free pages and
// the file does not grow over its bound and shrink again with every group.
constexpr int64_t kSpare = 16;
constexpr Duration kGapCheckEvery = 60s;
constexpr int64_t kMostGaps = 100'000;

// The write-ahead log is folded into the file every 16 MiB, and cut to that size afterwards. A
// commit does not wait for the disk (synchronous = NORMAL): after a power cut the last moments may
// be missing, never torn; after a kill nothing that was committed is missing.
constexpr const char* kPragmas =
    "PRAGMA auto_vacuum = INCREMENTAL; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;"
    "PRAGMA wal_autocheckpoint = 4096; PRAGMA journal_size_limit = 16777216;"
    "PRAGMA cache_size = -8192; PRAGMA temp_store = MEMORY;";

void bind_endpoint(sqlite::Statement& statement, int index,
                   const std::optional<Endpoint>& endpoint) {
  if (!endpoint) {
    statement.bind_null(index);
    statement.bind_null(index + 1);
    return;
  }
  statement.bind_blob(index, endpoint->address.octets());
  statement.bind(index + 1, endpoint->port);
}

void bind_octets(sqlite::Statement& statement, int index, Bytes octets) {
  octets.empty() ? statement.bind_null(index) : statement.bind_blob(index, octets);
}

}  // namespace

void StoreWriter::Block::extend(int64_t time) {
  min_time = rows() == 0 ? time : std::min(min_time, time);
  max_time = rows() == 0 ? time : std::max(max_time, time);
  ++last_id;
}

Result<std::unique_ptr<StoreWriter>> StoreWriter::open(const std::string& path,
                                                       const Retention& retention,
                                                       bool raw_messages) {
  TRY(sqlite::Database database, sqlite::Database::open(path));
  TRY(UniqueFd lock, sqlite::lock_for_writing(path));
  TRY_DONE(database.execute(kPragmas));
  TRY_DONE(migrate(database));
  std::unique_ptr<StoreWriter> writer(
      new StoreWriter(std::move(lock), std::move(database), retention, raw_messages));
  TRY_DONE(writer->prepare());
  TRY_DONE(writer->load_last_block());
  return writer;
}

StoreWriter::StoreWriter(UniqueFd lock, sqlite::Database database, const Retention& retention,
                         bool raw_messages)
    : lock_(std::move(lock)),
      database_(std::move(database)),
      retention_(retention),
      raw_messages_(raw_messages) {}

Status StoreWriter::prepare() {
  const struct {
    sqlite::Statement& statement;
    std::string_view sql;
  } all[] = {
      {insert_row_, "INSERT INTO queries VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)"},
      {insert_block_, "INSERT OR REPLACE INTO blocks VALUES (?,?,?,?)"},
      {insert_gap_, "INSERT INTO gaps VALUES (NULL,?,?,?,?,?,?)"},
      {begin_, "BEGIN IMMEDIATE"},
      {commit_, "COMMIT"},
      {select_old_,
       "SELECT first_id, last_id FROM blocks WHERE max_time < ?1 AND last_id < ?2 "
       "ORDER BY first_id LIMIT 1"},
      {select_first_,
       "SELECT first_id, last_id FROM blocks WHERE last_id < ?2 "
       "ORDER BY first_id LIMIT 1"},
      {delete_rows_, "DELETE FROM queries WHERE id BETWEEN ? AND ?"},
      {delete_block_, "DELETE FROM blocks WHERE first_id = ?"},
      {delete_gaps_, "DELETE FROM gaps WHERE to_time < ? OR id <= (SELECT max(id) FROM gaps) - ?"},
      {page_count_, "PRAGMA page_count"},
      {free_count_, "PRAGMA freelist_count"},
  };
  for (const auto& each : all) {
    TRY(each.statement, database_.prepare(each.sql));
  }
  TRY(const int64_t page_size, database_.number("PRAGMA page_size"));
  most_pages_ = static_cast<int64_t>(retention_.octets) / page_size;
  return Done{};
}

Status StoreWriter::load_last_block() {
  TRY(sqlite::Statement last,
      database_.prepare("SELECT first_id, last_id, min_time, max_time FROM blocks "
                        "ORDER BY first_id DESC LIMIT 1"));
  TRY(const bool found, last.step());
  if (found) block_ = {last.number(0), last.number(1), last.number(2), last.number(3)};
  committed_block_ = block_;
  return Done{};
}

Status StoreWriter::begin() {
  if (database_.in_transaction()) return Done{};
  return begin_.run();
}

Status StoreWriter::add(const model::Observation& observation) {
  TRY_DONE(begin());
  if (block_.rows() >= kBlockRows) {
    TRY_DONE(save(block_));
    block_ = {.first_id = block_.last_id + 1, .last_id = block_.last_id};
  }
  const int64_t time = to_nanoseconds(observation.time());
  insert_row_.bind(1, block_.last_id + 1);
  insert_row_.bind(2, time);
  insert_row_.bind(3, static_cast<int64_t>(observation.type));
  insert_row_.bind(4, static_cast<int64_t>(observation.protocol));
  insert_row_.bind(5, static_cast<int64_t>(observation.source));
  bind_endpoint(insert_row_, 6, observation.query_endpoint);
  bind_endpoint(insert_row_, 8, observation.response_endpoint);
  bind_question(observation);
  bind_outcome(observation);
  TRY_DONE(insert_row_.run());
  block_.extend(time);
  return Done{};
}

void StoreWriter::bind_question(const model::Observation& observation) {
  if (observation.qname.empty()) {
    for (int index = 10; index <= 12; ++index) insert_row_.bind_null(index);
    return;
  }
  qname_.clear();
  append_folded_name(qname_, observation.qname);
  insert_row_.bind_text(10, qname_);
  insert_row_.bind(11, static_cast<int64_t>(observation.qtype));
  insert_row_.bind(12, static_cast<int64_t>(observation.qclass));
}

void StoreWriter::bind_outcome(const model::Observation& observation) {
  if (model::is_response(observation.type)) {
    insert_row_.bind(13, static_cast<int64_t>(observation.rcode));
    insert_row_.bind(16, static_cast<int64_t>(observation.answer_source));
  } else {
    insert_row_.bind_null(13);
    insert_row_.bind_null(16);
  }
  insert_row_.bind(14, observation.header.flags);
  const auto latency = observation.latency();
  latency ? insert_row_.bind(15, latency->count()) : insert_row_.bind_null(15);
  observation.upstream.empty() ? insert_row_.bind_null(17)
                               : insert_row_.bind_text(17, observation.upstream);
  insert_row_.bind(18, static_cast<int64_t>(observation.message().size()));
  if (observation.malformed.code == dns::MalformedCode::kNone) {
    insert_row_.bind_null(19);
    insert_row_.bind_null(20);
  } else {
    insert_row_.bind(19, static_cast<int64_t>(observation.malformed.code));
    insert_row_.bind(20, observation.malformed.offset);
  }
  bind_octets(insert_row_, 21, raw_messages_ ? observation.query_message : Bytes{});
  bind_octets(insert_row_, 22, raw_messages_ ? observation.response_message : Bytes{});
}

Status StoreWriter::add(const Gap& gap) {
  TRY_DONE(begin());
  insert_gap_.bind(1, to_nanoseconds(gap.from));
  insert_gap_.bind(2, to_nanoseconds(gap.to));
  insert_gap_.bind_text(3, gap.origin);
  insert_gap_.bind_text(4, gap.stage);
  insert_gap_.bind_text(5, gap.reason);
  insert_gap_.bind(6, static_cast<int64_t>(gap.count));
  return insert_gap_.run();
}

Status StoreWriter::save(const Block& block) {
  insert_block_.bind(1, block.first_id);
  insert_block_.bind(2, block.last_id);
  insert_block_.bind(3, block.min_time);
  insert_block_.bind(4, block.max_time);
  return insert_block_.run();
}

Status StoreWriter::commit() {
  if (!database_.in_transaction()) return Done{};
  if (block_.rows() > 0) TRY_DONE(save(block_));
  TRY_DONE(commit_.run());
  committed_block_ = block_;
  return Done{};
}

void StoreWriter::roll_back() {
  // SQLite may have rolled back by itself (a full disk); then there is nothing left to undo.
  if (database_.in_transaction()) static_cast<void>(database_.execute("ROLLBACK"));
  block_ = committed_block_;
}

Status StoreWriter::retain(WallTime now) {
  const int64_t horizon = to_nanoseconds(now - retention_.age);
  for (int i = 0; i < kBlocksPerStep; ++i) {
    bool dropped = false;
    if (retention_.age > Duration::zero()) {
      select_old_.bind(1, horizon);
      TRY(dropped, drop_block(select_old_));
    }
    if (!dropped && most_pages_ > 0) {
      TRY(const int64_t used, pages_used());
      if (used > most_pages_ - most_pages_ / kSpare) {
        TRY(dropped, drop_block(select_first_));
      }
    }
    if (!dropped) break;
  }
  if (now >= next_gap_check_) TRY_DONE(drop_old_gaps(now));
  return Done{};
}

/// Deletes the block that `select` names, if there is one, but never the one that grows.
Result<bool> StoreWriter::drop_block(sqlite::Statement& select) {
  select.bind(2, block_.last_id);
  TRY(const bool found, select.step());
  const int64_t first = found ? select.number(0) : 0;
  const int64_t last = found ? select.number(1) : 0;
  select.reset();
  if (!found) return false;
  TRY_DONE(begin_.run());
  delete_rows_.bind(1, first);
  delete_rows_.bind(2, last);
  delete_block_.bind(1, first);
  Status outcome = delete_rows_.run();
  if (outcome) outcome = delete_block_.run();
  if (outcome) outcome = commit_.run();
  if (!outcome) {
    roll_back();
    return std::move(outcome).error();
  }
  return true;
}

Status StoreWriter::drop_old_gaps(WallTime now) {
  next_gap_check_ = now + kGapCheckEvery;
  const bool by_age = retention_.age > Duration::zero();
  delete_gaps_.bind(1, by_age ? to_nanoseconds(now - retention_.age) : 0);
  delete_gaps_.bind(2, kMostGaps);
  return delete_gaps_.run();
}

/// Pages that hold something. Free ones are used again first; they are given back only when the
/// file itself is over its bound.
Result<int64_t> StoreWriter::pages_used() {
  TRY(const bool counted, page_count_.step());
  const int64_t pages = counted ? page_count_.number(0) : 0;
  page_count_.reset();
  TRY(const bool counted_free, free_count_.step());
  const int64_t free_pages = counted_free ? free_count_.number(0) : 0;
  free_count_.reset();
  if (pages > most_pages_ && free_pages > 0)
    TRY_DONE(database_.execute("PRAGMA incremental_vacuum(" + std::to_string(kVacuumPages) + ")"));
  return pages - free_pages;
}

}  // namespace weir::flow
