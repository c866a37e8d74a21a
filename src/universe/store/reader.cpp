// Both questions walk an index from where the page before ended, so that a page costs what it
// shows.
#include "universe/store/reader.h"

#include <charconv>

#include "sqlite/database.h"
#include "universe/store/schema.h"
#include "universe/store/values.h"

namespace weir::universe {
namespace {

constexpr std::string_view kColumns =
    "SELECT name, type, class, rdata, ttl, first, last, count, id FROM seen ";

Error bad_cursor() {
  return {Fault::kConfig, "cursor: expected what `next` of the page before said", false};
}

/// Where a page of a name ends: type, class and data of its last row, in hexadecimal.
std::string key_of(const SeenRow& row) {
  Octets key(4);
  store_u16(key.data(), static_cast<uint16_t>(row.type));
  store_u16(key.data() + 2, static_cast<uint16_t>(row.klass));
  key.insert(key.end(), row.rdata.begin(), row.rdata.end());
  return to_hex(key);
}

/// A page of what `rows` gives, and one more row to know whether there is another page.
Result<SeenPage> read_page(sqlite::Statement& rows, size_t limit, bool by_id) {
  SeenPage page;
  std::string last;
  for (;;) {
    TRY(const bool found, rows.step());
    if (!found) return page;
    if (page.rows.size() == limit) {
      page.next = last;
      rows.reset();
      return page;
    }
    auto row = read_row(rows, 0);
    if (!row) continue;
    last = by_id ? std::to_string(rows.number(8)) : key_of(*row);
    page.rows.push_back(*std::move(row));
  }
}

}  // namespace

HistoryReader::HistoryReader(std::unique_ptr<sqlite::Database> database)
    : database_(std::move(database)) {}
HistoryReader::~HistoryReader() = default;

Result<std::unique_ptr<HistoryReader>> HistoryReader::open(const std::string& path) {
  TRY(sqlite::Database database, sqlite::Database::open_read_only(path));
  TRY(const int64_t version, database.number("PRAGMA user_version"));
  TRY(const int64_t application, database.number("PRAGMA application_id"));
  if (version != kSchemaVersion || application != kApplicationId)
    return Error{Fault::kConfig, path + ": not a history of this weir's version", false};
  return std::unique_ptr<HistoryReader>(
      new HistoryReader(std::make_unique<sqlite::Database>(std::move(database))));
}

bool HistoryReader::in_place() const { return database_->in_place(); }

Result<SeenPage> HistoryReader::find(const SeenQuery& query) {
  if (const auto* name = std::get_if<dns::Name>(&query.of)) return find_name(*name, query);
  return find_address(std::get<IpAddress>(query.of), query);
}

Result<SeenPage> HistoryReader::find_name(const dns::Name& name, const SeenQuery& query) {
  Octets key(4);
  if (!query.cursor.empty()) {
    auto read = from_hex(query.cursor);
    if (!read || read->size() < key.size()) return bad_cursor();
    key = *std::move(read);
  }
  std::string sql(kColumns);
  sql += "WHERE name = ?1 ";
  if (query.type) sql += "AND type = ?2 ";
  if (!query.cursor.empty()) sql += "AND (type, class, rdata) > (?3, ?4, ?5) ";
  sql += "ORDER BY type, class, rdata LIMIT ?6";
  TRY(sqlite::Statement rows, database_->prepare(sql));
  const std::string text = name.folded().to_text();
  rows.bind_text(1, text);
  if (query.type) rows.bind(2, static_cast<int64_t>(*query.type));
  if (!query.cursor.empty()) {
    rows.bind(3, load_u16(key.data()));
    rows.bind(4, load_u16(key.data() + 2));
    bind_rdata(rows, 5, Bytes(key).subspan(4));
  }
  rows.bind(6, static_cast<int64_t>(query.limit) + 1);
  return read_page(rows, query.limit, false);
}

Result<SeenPage> HistoryReader::find_address(const IpAddress& address, const SeenQuery& query) {
  int64_t after = 0;
  const char* const end = query.cursor.data() + query.cursor.size();
  if (!query.cursor.empty()) {
    const auto [stop, failed] = std::from_chars(query.cursor.data(), end, after);
    if (failed != std::errc() || stop != end || after < 0) return bad_cursor();
  }
  const dns::Type type = address.is_v4() ? dns::Type::kA : dns::Type::kAaaa;
  if (query.type && *query.type != type) return SeenPage{};
  TRY(sqlite::Statement rows,
      database_->prepare(std::string(kColumns) +
                         "WHERE rdata = ?1 AND type IN (1, 28) AND type = ?2 AND id > ?3 "
                         "ORDER BY id LIMIT ?4"));
  rows.bind_blob(1, address.octets());
  rows.bind(2, static_cast<int64_t>(type));
  rows.bind(3, after);
  rows.bind(4, static_cast<int64_t>(query.limit) + 1);
  return read_page(rows, query.limit, true);
}

}  // namespace weir::universe
