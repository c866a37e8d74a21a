// One connection to PostgreSQL, used by one thread; another may interrupt what waits. libpq is seen
// in connection.cpp and libpq.cpp only.
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "base/unique_fd.h"
#include "flow/settings.h"

struct pg_conn;
struct pg_result;

namespace weir::flow::postgresql {

/// A row of text; nothing is NULL.
using Row = std::vector<std::optional<std::string>>;

class Connection {
 public:
  explicit Connection(const PostgresqlSinkSettings& settings);
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// Connects, if it is not connected. The password is read anew each time.
  Status open();
  bool is_open() const { return connection_ != nullptr; }
  void close() { connection_.reset(); }
  /// An error when the server has gone while nothing was asked.
  Status look();
  /// From any thread: what waits now or later gives up.
  void interrupt();

  /// One statement or several; the rows are those of the last. `parameters` ($1, $2 …) go with one
  /// statement only, as text.
  Result<std::vector<Row>> query(const std::string& sql,
                                 const std::vector<std::string>& parameters = {});
  Status execute(const std::string& sql);
  /// `sql` ends with COPY … FROM STDIN: what follows are octets, until the end.
  Status begin_copy(const std::string& sql);
  Status copy(Bytes octets);
  Status end_copy();

  /// The SQLSTATE of the last error of the server; empty when it was no server's.
  const std::string& state() const { return state_; }

 private:
  struct Finish {
    void operator()(pg_conn* connection) const;
  };
  struct Clear {
    void operator()(pg_result* result) const;
  };
  using ResultHandle = std::unique_ptr<pg_result, Clear>;

  Result<std::string> password() const;
  Status connect(const std::string& password);
  Status wait(short events);
  Status flush();
  Result<ResultHandle> next_result();
  Result<ResultHandle> last_result();
  Error failure(const pg_result* result);
  Error broken(const std::string& doing);

  const PostgresqlSinkSettings settings_;
  std::unique_ptr<pg_conn, Finish> connection_;
  UniqueFd interrupt_;
  std::string state_;
};

/// "name", with its quotes doubled.
std::string quote(std::string_view identifier);

}  // namespace weir::flow::postgresql
