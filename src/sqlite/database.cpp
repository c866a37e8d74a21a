// The calls into SQLite.
#include "sqlite/database.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>

#include <cerrno>
#include <filesystem>

#include "base/unique_fd.h"

namespace weir::sqlite {
namespace {

// How long a statement waits for another process's lock.
constexpr int kBusyMilliseconds = 2000;

/// A full disk, a lock and a failing device may pass; a damaged file and a wrong statement do not.
Error error_of(sqlite3* database, std::string_view what) {
  const int code = sqlite3_errcode(database) & 0xff;
  const bool retry = code == SQLITE_BUSY || code == SQLITE_LOCKED || code == SQLITE_FULL ||
                     code == SQLITE_IOERR || code == SQLITE_CANTOPEN || code == SQLITE_READONLY ||
                     code == SQLITE_NOMEM;
  return {Fault::kResource, std::string(what) + ": " + sqlite3_errmsg(database), retry};
}

/// The file holds what people asked for: made for owner and group before SQLite would make it for
/// all.
Status make_file(const std::string& path) {
  std::error_code failed;
  const auto folder = std::filesystem::path(path).parent_path();
  if (!folder.empty()) std::filesystem::create_directories(folder, failed);
  const UniqueFd file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0640));
  if (!file) return system_error("open " + path, errno);
  return Done{};
}

Result<sqlite3*> open_handle(const std::string& name, int flags) {
  sqlite3* handle = nullptr;
  if (sqlite3_open_v2(name.c_str(), &handle, flags, nullptr) == SQLITE_OK) {
    sqlite3_extended_result_codes(handle, 1);
    sqlite3_busy_timeout(handle, kBusyMilliseconds);
    return handle;
  }
  Error error = error_of(handle, "open " + name);
  sqlite3_close_v2(handle);
  return error;
}

/// `path` as a name that promises SQLite that nobody writes; what a URI would take for its own is
/// escaped.
std::string immutable_name(const std::string& path) {
  std::string name = "file:";
  for (const char c : path) {
    if (c == '?' || c == '#' || c == '%') {
      name += "%" + to_hex(as_bytes({&c, 1}));
    } else {
      name.push_back(c);
    }
  }
  return name + "?immutable=1";
}

}  // namespace

void Statement::Finalize::operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
void Database::Close::operator()(sqlite3* database) const { sqlite3_close_v2(database); }

void Statement::bind(int index, int64_t value) {
  sqlite3_bind_int64(statement_.get(), index, value);
}
void Statement::bind_text(int index, std::string_view text) {
  sqlite3_bind_text(statement_.get(), index, text.data(), static_cast<int>(text.size()),
                    SQLITE_STATIC);
}
void Statement::bind_blob(int index, Bytes octets) {
  sqlite3_bind_blob(statement_.get(), index, octets.data(), static_cast<int>(octets.size()),
                    SQLITE_STATIC);
}
void Statement::bind_null(int index) { sqlite3_bind_null(statement_.get(), index); }

Result<bool> Statement::step() {
  const int code = sqlite3_step(statement_.get());
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  Error error = error_of(sqlite3_db_handle(statement_.get()), "store");
  reset();
  return error;
}

void Statement::reset() { sqlite3_reset(statement_.get()); }

Status Statement::run() {
  TRY(const bool row, step());
  static_cast<void>(row);
  reset();
  return Done{};
}

bool Statement::is_null(int column) const {
  return sqlite3_column_type(statement_.get(), column) == SQLITE_NULL;
}
int64_t Statement::number(int column) const {
  return sqlite3_column_int64(statement_.get(), column);
}
std::string_view Statement::text(int column) const {
  const auto* octets = reinterpret_cast<const char*>(sqlite3_column_text(statement_.get(), column));
  return {octets, static_cast<size_t>(sqlite3_column_bytes(statement_.get(), column))};
}
Bytes Statement::blob(int column) const {
  const auto* octets = static_cast<const uint8_t*>(sqlite3_column_blob(statement_.get(), column));
  return {octets, static_cast<size_t>(sqlite3_column_bytes(statement_.get(), column))};
}

Result<Database> Database::open(const std::string& path) {
  TRY_DONE(make_file(path));
  TRY(sqlite3 * handle, open_handle(path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX));
  Database database;
  database.database_.reset(handle);
  TRY_DONE(database.remember_place(path));
  return database;
}

Status Database::remember_place(const std::string& path) {
  struct stat status{};
  if (::stat(path.c_str(), &status) != 0) return system_error("open " + path, errno);
  path_ = path;
  device_ = status.st_dev;
  inode_ = status.st_ino;
  return Done{};
}

Result<Database> Database::open_read_only(const std::string& path) {
  TRY(sqlite3 * handle, open_handle(path, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX));
  Database database;
  database.database_.reset(handle);
  TRY_DONE(database.remember_place(path));
  if (database.number("PRAGMA user_version") || std::filesystem::exists(path + "-wal"))
    return database;
  // Reading needs a lock file beside a store that nobody has open, and who reads may not be allowed
  // to make one. Without a log to read there is nothing to lock either.
  TRY(sqlite3 * fixed, open_handle(immutable_name(path),
                                   SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_URI));
  database.database_.reset(fixed);
  return database;
}

Status Database::execute(const std::string& sql) {
  if (sqlite3_exec(database_.get(), sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK)
    return error_of(database_.get(), "store");
  return Done{};
}

Result<Statement> Database::prepare(std::string_view sql) {
  sqlite3_stmt* statement = nullptr;
  if (sqlite3_prepare_v3(database_.get(), sql.data(), static_cast<int>(sql.size()),
                         SQLITE_PREPARE_PERSISTENT, &statement, nullptr) != SQLITE_OK)
    return error_of(database_.get(), "store");
  return Statement(statement);
}

Result<int64_t> Database::number(std::string_view sql) {
  TRY(Statement statement, prepare(sql));
  TRY(const bool row, statement.step());
  if (!row) return Error{Fault::kOurs, "store: no row", false};
  return statement.number(0);
}

bool Database::in_place() const {
  struct stat status{};
  return ::stat(path_.c_str(), &status) == 0 && status.st_dev == device_ && status.st_ino == inode_;
}

bool Database::in_transaction() const { return sqlite3_get_autocommit(database_.get()) == 0; }

}  // namespace weir::sqlite
