// Newest first: block by block, skipping those whose times rule them out, and within a block a
// filtered scan by row number.
#include "flow/store/reader.h"

#include <algorithm>
#include <limits>
#include <tuple>

#include "flow/store/schema.h"
#include "flow/text.h"
#include "sqlite/database.h"

namespace weir::flow {
namespace {

constexpr std::string_view kColumns =
    "SELECT id, time, type, protocol, source, client, client_port, server, server_port, qname, "
    "qtype, qclass, rcode, flags, latency, answer_source, upstream, size, malformed, malformed_at "
    "FROM queries WHERE id BETWEEN ?1 AND ?2";

// Filters have fixed parameter numbers, bound only when they are in the text.
enum Parameter : int {
  kFirst = 1,
  kLast,
  kName,
  kNameTail,
  kLow,
  kHigh,
  kQtype,
  kRcode,
  kType,
  kSince,
  kUntil
};

/// The least and the greatest address of a prefix.
std::pair<IpAddress, IpAddress> range_of(const Prefix& prefix) {
  Octets low(prefix.address.octets().begin(), prefix.address.octets().end());
  Octets high = low;
  for (size_t i = 0; i < low.size(); ++i) {
    const int bits = std::clamp(static_cast<int>(prefix.length) - static_cast<int>(i) * 8, 0, 8);
    const auto mask = static_cast<uint8_t>(0xff << (8 - bits));
    low[i] &= mask;
    high[i] = static_cast<uint8_t>(low[i] | static_cast<uint8_t>(~mask));
  }
  return {*IpAddress::from_octets(low), *IpAddress::from_octets(high)};
}

/// A filter made ready: the statement's text, and the values that are bound to it.
class Scan {
 public:
  explicit Scan(const QueryFilter& filter) : filter_(filter) {
    if (filter.within && !filter.within->is_root()) {
      append_folded_name(name_, filter.within->wire());
      tail_ = "." + name_;
    }
    if (filter.client) std::tie(low_, high_) = range_of(*filter.client);
  }

  std::string sql() const {
    std::string sql(kColumns);
    if (!name_.empty()) sql += " AND (qname = ?3 OR substr(qname, -length(?4)) = ?4)";
    if (filter_.client) sql += " AND client BETWEEN ?5 AND ?6 AND length(client) = length(?5)";
    if (filter_.qtype) sql += " AND qtype = ?7";
    if (filter_.rcode) sql += " AND rcode = ?8";
    if (filter_.type) sql += " AND type = ?9";
    if (filter_.since) sql += " AND time >= ?10";
    if (filter_.until) sql += " AND time < ?11";
    return sql + " ORDER BY id DESC";
  }

  void bind(sqlite::Statement& statement) const {
    if (!name_.empty()) {
      statement.bind_text(kName, name_);
      statement.bind_text(kNameTail, tail_);
    }
    if (filter_.client) {
      statement.bind_blob(kLow, low_.octets());
      statement.bind_blob(kHigh, high_.octets());
    }
    if (filter_.qtype) statement.bind(kQtype, static_cast<int64_t>(*filter_.qtype));
    if (filter_.rcode) statement.bind(kRcode, static_cast<int64_t>(*filter_.rcode));
    if (filter_.type) statement.bind(kType, static_cast<int64_t>(*filter_.type));
    if (filter_.since) statement.bind(kSince, to_nanoseconds(*filter_.since));
    if (filter_.until) statement.bind(kUntil, to_nanoseconds(*filter_.until));
  }

  /// The text comparison takes `a\.example.` for a name below `example.`; the name itself knows.
  bool admits(const QueryRow& row) const {
    if (name_.empty() || row.qname.find('\\') == std::string::npos) return true;
    const auto name = dns::Name::parse(row.qname);
    return name && name->is_within(*filter_.within);
  }

 private:
  const QueryFilter& filter_;
  std::string name_;
  std::string tail_;
  IpAddress low_;
  IpAddress high_;
};

std::optional<Endpoint> endpoint_of(const sqlite::Statement& row, int column) {
  const auto address = IpAddress::from_octets(row.blob(column));
  if (!address) return std::nullopt;
  return Endpoint{*address, static_cast<uint16_t>(row.number(column + 1))};
}

QueryRow row_of(const sqlite::Statement& row) {
  QueryRow query;
  query.id = row.number(0);
  query.time = wall_time(row.number(1));
  query.type = static_cast<model::MessageType>(row.number(2));
  query.protocol = static_cast<model::Protocol>(row.number(3));
  query.source = static_cast<model::SourceKind>(row.number(4));
  query.client = endpoint_of(row, 5);
  query.server = endpoint_of(row, 7);
  query.qname = row.text(9);
  query.qtype = static_cast<dns::Type>(row.number(10));
  query.qclass = static_cast<dns::Class>(row.number(11));
  if (!row.is_null(12)) query.rcode = static_cast<dns::Rcode>(row.number(12));
  query.flags = static_cast<uint16_t>(row.number(13));
  if (!row.is_null(14)) query.latency = Duration(row.number(14));
  query.answer_source = static_cast<model::AnswerSource>(row.number(15));
  query.upstream = row.text(16);
  query.size_octets = static_cast<uint32_t>(row.number(17));
  query.malformed = {static_cast<dns::MalformedCode>(row.number(18)),
                     static_cast<uint16_t>(row.number(19))};
  return query;
}

constexpr int64_t kMostBlocks = StoreReader::kMostExamined / kBlockRows;

struct BlockRange {
  int64_t first_id = 0;
  int64_t last_id = 0;
};

/// The newest blocks below `cursor` that the filter's times allow, as many as may be examined.
Result<std::vector<BlockRange>> candidate_blocks(sqlite::Database& database,
                                                 const QueryFilter& filter, int64_t cursor) {
  TRY(sqlite::Statement blocks,
      database.prepare(
          "SELECT first_id, last_id FROM blocks WHERE first_id < ?1 AND max_time >= ?2 "
          "AND min_time < ?3 ORDER BY first_id DESC LIMIT ?4"));
  constexpr int64_t kEver = std::numeric_limits<int64_t>::max();
  blocks.bind(1, cursor);
  blocks.bind(2, filter.since ? to_nanoseconds(*filter.since) : -kEver);
  blocks.bind(3, filter.until ? to_nanoseconds(*filter.until) : kEver);
  blocks.bind(4, kMostBlocks);
  std::vector<BlockRange> ranges;
  for (;;) {
    TRY(const bool found, blocks.step());
    if (!found) return ranges;
    ranges.push_back({blocks.number(0), std::min(blocks.number(1), cursor - 1)});
  }
}

}  // namespace

StoreReader::StoreReader(std::unique_ptr<sqlite::Database> database)
    : database_(std::move(database)) {}
StoreReader::~StoreReader() = default;

Result<std::unique_ptr<StoreReader>> StoreReader::open(const std::string& path) {
  TRY(sqlite::Database database, sqlite::Database::open_read_only(path));
  TRY(const int64_t version, database.number("PRAGMA user_version"));
  if (version != kSchemaVersion)
    return Error{Fault::kConfig, path + ": not a store of this weir's version", false};
  return std::unique_ptr<StoreReader>(
      new StoreReader(std::make_unique<sqlite::Database>(std::move(database))));
}

Result<QueryPage> StoreReader::find(const QueryFilter& filter, size_t limit,
                                    std::optional<int64_t> cursor) {
  QueryPage page;
  const Scan scan(filter);
  TRY(const auto blocks,
      candidate_blocks(*database_, filter, cursor.value_or(std::numeric_limits<int64_t>::max())));
  TRY(sqlite::Statement rows, database_->prepare(scan.sql()));
  scan.bind(rows);
  for (const BlockRange& block : blocks) {
    rows.bind(kFirst, block.first_id);
    rows.bind(kLast, block.last_id);
    for (;;) {
      TRY(const bool found, rows.step());
      if (!found) break;
      QueryRow row = row_of(rows);
      if (!scan.admits(row)) continue;
      page.rows.push_back(std::move(row));
      if (page.rows.size() < limit) continue;
      page.next = page.rows.back().id;
      rows.reset();
      return page;
    }
    rows.reset();
  }
  if (blocks.size() == kMostBlocks) page.next = blocks.back().first_id;
  return page;
}

Result<std::vector<GapRow>> StoreReader::gaps(size_t limit) {
  TRY(sqlite::Statement rows,
      database_->prepare("SELECT from_time, to_time, origin, stage, reason, count "
                         "FROM gaps ORDER BY id DESC LIMIT ?"));
  rows.bind(1, static_cast<int64_t>(limit));
  std::vector<GapRow> gaps;
  for (;;) {
    TRY(const bool found, rows.step());
    if (!found) return gaps;
    gaps.push_back({wall_time(rows.number(0)), wall_time(rows.number(1)), std::string(rows.text(2)),
                    std::string(rows.text(3)), std::string(rows.text(4)),
                    static_cast<uint64_t>(rows.number(5))});
  }
}

Result<uint64_t> StoreReader::count() {
  TRY(const int64_t rows,
      database_->number("SELECT coalesce(sum(last_id - first_id + 1), 0) FROM blocks"));
  return static_cast<uint64_t>(rows);
}

}  // namespace weir::flow
