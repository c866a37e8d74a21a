// SQLite behind a small face: a database file, statements, and errors that say whether trying again
// can help. The library is seen in this room's .cpp files only.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"

struct sqlite3;
struct sqlite3_stmt;

namespace weir::sqlite {

/// A prepared statement. Texts and blobs that are bound must outlive the next `step`.
class Statement {
 public:
  Statement() = default;
  explicit Statement(sqlite3_stmt* statement) : statement_(statement) {}

  void bind(int index, int64_t value);
  void bind_text(int index, std::string_view text);
  void bind_blob(int index, Bytes octets);
  void bind_null(int index);
  /// True when there is a row to read.
  Result<bool> step();
  /// Ready to be stepped again; bindings stay.
  void reset();
  /// Steps once, expecting no row, and resets.
  Status run();

  bool is_null(int column) const;
  int64_t number(int column) const;
  std::string_view text(int column) const;
  Bytes blob(int column) const;

 private:
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const;
  };
  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
};

class Database {
 public:
  /// Opens for writing, making the file and its directory (readable by owner and group only).
  static Result<Database> open(const std::string& path);
  /// Opens for reading, also while another process writes.
  static Result<Database> open_read_only(const std::string& path);

  Status execute(const std::string& sql);
  Result<Statement> prepare(std::string_view sql);
  /// The one number that `sql` gives.
  Result<int64_t> number(std::string_view sql);
  bool in_transaction() const;
  /// Whether the path it was opened by still leads to it.
  bool in_place() const;

 private:
  Status remember_place(const std::string& path);

  struct Close {
    void operator()(sqlite3* database) const;
  };
  std::unique_ptr<sqlite3, Close> database_;
  std::string path_;
  uint64_t device_ = 0;
  uint64_t inode_ = 0;
};

}  // namespace weir::sqlite
