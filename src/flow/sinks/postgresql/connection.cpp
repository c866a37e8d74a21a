// libpq without blocking: every wait is a poll that an interrupt ends, and that has a deadline.
#include "flow/sinks/postgresql/connection.h"

#include <fcntl.h>
#include <libpq-fe.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>

#include "base/log.h"
#include "flow/secret.h"

namespace weir::flow::postgresql {
namespace {

// A password is shorter.
constexpr size_t kMostPassword = 4096;
constexpr const char* kSystemTrust = "/etc/ssl/certs/ca-certificates.crt";
// libpq verifies with `require` too where it finds certificates to trust; there are none here.
constexpr const char* kNoTrust = "/nonexistent";

/// The first line of libpq's text, without its end.
std::string first_line(const char* text) {
  std::string line(text != nullptr ? text : "");
  line.resize(std::min(line.find('\n'), line.size()));
  return line.empty() ? "the connection is broken" : line;
}

const char* word_of(PostgresqlTls tls) {
  switch (tls) {
    case PostgresqlTls::kVerifyFull: return "verify-full";
    case PostgresqlTls::kVerifyCa: return "verify-ca";
    case PostgresqlTls::kRequire: return "require";
    case PostgresqlTls::kDisable: return "disable";
  }
  return "verify-full";
}

}  // namespace

std::string quote(std::string_view identifier) {
  std::string quoted = "\"";
  for (const char c : identifier) quoted += c == '"' ? "\"\"" : std::string(1, c);
  return quoted + '"';
}

void Connection::Finish::operator()(pg_conn* connection) const { PQfinish(connection); }
void Connection::Clear::operator()(pg_result* result) const { PQclear(result); }

Connection::Connection(const PostgresqlSinkSettings& settings)
    : settings_(settings), interrupt_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

void Connection::interrupt() { ::eventfd_write(interrupt_.get(), 1); }

Result<std::string> Connection::password() const {
  if (!settings_.password_file.empty())
    return read_secret("password", settings_.password_file, kMostPassword);
  const char* const value = std::getenv(settings_.password_environment.c_str());
  return std::string(value != nullptr ? value : "");
}

Status Connection::open() {
  if (connection_) return Done{};
  TRY(const std::string secret, password());
  Status connected = connect(secret);
  if (!connected) connection_.reset();
  return connected;
}

Status Connection::connect(const std::string& password) {
  const std::string port = std::to_string(settings_.port);
  const bool local = settings_.host.starts_with('/');
  std::vector<std::pair<const char*, const char*>> words = {
      {"host", settings_.host.c_str()},
      {"port", port.c_str()},
      {"dbname", settings_.database.c_str()},
      {"user", settings_.user.c_str()},
      {"sslmode", local ? "disable" : word_of(settings_.tls)},
      {"application_name", "weir"},
      {"client_encoding", "UTF8"},
      {"options", "-c timezone=UTC -c datestyle=ISO -c lock_timeout=10s"}};
  if (!password.empty()) words.emplace_back("password", password.c_str());
  const bool verifies = settings_.tls <= PostgresqlTls::kVerifyCa;
  words.emplace_back("sslrootcert", !verifies                   ? kNoTrust
                                    : settings_.ca_file.empty() ? kSystemTrust
                                                                : settings_.ca_file.c_str());
  if (!settings_.certificate.empty()) {
    words.emplace_back("sslcert", settings_.certificate.c_str());
    words.emplace_back("sslkey", settings_.key.c_str());
  }
  std::vector<const char*> keys, values;
  for (const auto& [key, value] : words) {
    keys.push_back(key);
    values.push_back(value);
  }
  keys.push_back(nullptr);
  values.push_back(nullptr);
  connection_.reset(PQconnectStartParams(keys.data(), values.data(), 0));
  if (!connection_ || PQstatus(connection_.get()) == CONNECTION_BAD) return broken("connect");
  for (PostgresPollingStatusType next = PGRES_POLLING_WRITING; next != PGRES_POLLING_OK;) {
    TRY_DONE(wait(next == PGRES_POLLING_READING ? POLLIN : POLLOUT));
    next = PQconnectPoll(connection_.get());
    if (next == PGRES_POLLING_FAILED) return broken("connect");
  }
  PQsetNoticeProcessor(connection_.get(), [](void*, const char*) {}, nullptr);
  if (PQsetnonblocking(connection_.get(), 1) != 0) return broken("connect");
  return Done{};
}

/// Until the socket is ready; the error says that the server is silent, or that there is no time.
Status Connection::wait(short events) {
  std::array<pollfd, 2> ready = {
      {{PQsocket(connection_.get()), events, 0}, {interrupt_.get(), POLLIN, 0}}};
  const int patience = static_cast<int>(settings_.timeout / 1ms);
  int count = 0;
  do count = ::poll(ready.data(), ready.size(), patience);
  while (count < 0 && errno == EINTR);
  if (count > 0 && ready[1].revents == 0) return Done{};
  state_.clear();
  connection_.reset();
  return Error{Fault::kPeer,
               settings_.host + (count == 0 ? ": the server is silent" : ": interrupted"), true};
}

Status Connection::look() {
  if (!connection_) return Done{};
  if (PQconsumeInput(connection_.get()) == 0) return broken("look");
  return Done{};
}

/// Sends what libpq holds; reads besides, so that neither side waits for the other.
Status Connection::flush() {
  for (;;) {
    const int left = PQflush(connection_.get());
    if (left == 0) return Done{};
    if (left < 0) return broken("send");
    TRY_DONE(wait(POLLIN | POLLOUT));
    if (PQconsumeInput(connection_.get()) == 0) return broken("send");
  }
}

/// Null when there is none left.
Result<Connection::ResultHandle> Connection::next_result() {
  TRY_DONE(flush());
  while (PQisBusy(connection_.get()) != 0) {
    TRY_DONE(wait(POLLIN));
    if (PQconsumeInput(connection_.get()) == 0) return broken("receive");
  }
  return ResultHandle(PQgetResult(connection_.get()));
}

/// Of all that were asked for; the first error of one.
Result<Connection::ResultHandle> Connection::last_result() {
  ResultHandle last;
  std::optional<Error> wrong;
  for (;;) {
    TRY(ResultHandle result, next_result());
    if (!result) break;
    const ExecStatusType status = PQresultStatus(result.get());
    if (status == PGRES_FATAL_ERROR && !wrong) wrong = failure(result.get());
    last = std::move(result);
    if (status == PGRES_COPY_IN) break;
  }
  if (wrong) return *std::move(wrong);
  return last;
}

Result<std::vector<Row>> Connection::query(const std::string& sql,
                                           const std::vector<std::string>& parameters) {
  TRY_DONE(open());
  int sent = 0;
  if (parameters.empty()) {
    sent = PQsendQuery(connection_.get(), sql.c_str());
  } else {
    std::vector<const char*> values;
    for (const std::string& parameter : parameters) values.push_back(parameter.c_str());
    sent = PQsendQueryParams(connection_.get(), sql.c_str(), static_cast<int>(values.size()),
                             nullptr, values.data(), nullptr, nullptr, 0);
  }
  if (sent == 0) return broken("ask");
  TRY(const ResultHandle result, last_result());
  std::vector<Row> rows(result ? static_cast<size_t>(PQntuples(result.get())) : 0);
  for (size_t i = 0; i < rows.size(); ++i)
    for (int column = 0; column < PQnfields(result.get()); ++column) {
      const int row = static_cast<int>(i);
      if (PQgetisnull(result.get(), row, column) != 0)
        rows[i].push_back(std::nullopt);
      else
        rows[i].emplace_back(PQgetvalue(result.get(), row, column));
    }
  return rows;
}

Status Connection::execute(const std::string& sql) {
  TRY(const auto rows, query(sql));
  static_cast<void>(rows);
  return Done{};
}

Status Connection::begin_copy(const std::string& sql) {
  TRY_DONE(open());
  if (PQsendQuery(connection_.get(), sql.c_str()) == 0) return broken("ask");
  TRY(const ResultHandle result, last_result());
  if (result && PQresultStatus(result.get()) == PGRES_COPY_IN) return Done{};
  return broken("copy");
}

Status Connection::copy(Bytes octets) {
  if (!connection_) return broken("copy");
  if (PQputCopyData(connection_.get(), reinterpret_cast<const char*>(octets.data()),
                    static_cast<int>(octets.size())) < 0)
    return broken("copy");
  return flush();
}

Status Connection::end_copy() {
  if (!connection_) return broken("copy");
  if (PQputCopyEnd(connection_.get(), nullptr) < 0) return broken("copy");
  TRY(const ResultHandle result, last_result());
  static_cast<void>(result);
  return Done{};
}

/// What the server says is wrong. Only data that it will never take is not worth trying again: what
/// is missing today (a database, a right, room) may be there tomorrow.
Error Connection::failure(const pg_result* result) {
  const char* const state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
  state_ = state != nullptr ? state : "";
  const bool lasting = state_.starts_with("22") || state_.starts_with("23");
  return {Fault::kPeer, first_line(PQresultErrorMessage(result)), !lasting};
}

Error Connection::broken(const std::string& doing) {
  state_.clear();
  Error error{Fault::kPeer,
              doing + ": " + first_line(connection_ ? PQerrorMessage(connection_.get()) : nullptr),
              true};
  connection_.reset();
  return error;
}

}  // namespace weir::flow::postgresql
