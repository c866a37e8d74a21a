// The functions of libpq that are used, each passing its call on to the library itself.
#include "flow/sinks/postgresql/libpq.h"

#include <libpq-fe.h>

#include "flow/sinks/late_library.h"

namespace weir::flow::postgresql {
namespace {

// Its interface has been that since 2005; all that is called is older than version 9.
const LateLibrary& library() {
  static const LateLibrary library("libpq.so.5", "PostgreSQL", "libpq5");
  return library;
}

}  // namespace

Status load_libpq() { return library().load(); }

}  // namespace weir::flow::postgresql

#define PASS_ON(...) PASS_ON_TO(weir::flow::postgresql::library, __VA_ARGS__)

PASS_ON(PGconn*, PQconnectStartParams,
        (const char* const* keywords, const char* const* values, int expand),
        (keywords, values, expand))
PASS_ON(PostgresPollingStatusType, PQconnectPoll, (PGconn * connection), (connection))
PASS_ON(void, PQfinish, (PGconn * connection), (connection))
PASS_ON(ConnStatusType, PQstatus, (const PGconn* connection), (connection))
PASS_ON(int, PQsocket, (const PGconn* connection), (connection))
PASS_ON(char*, PQerrorMessage, (const PGconn* connection), (connection))
PASS_ON(PQnoticeProcessor, PQsetNoticeProcessor,
        (PGconn * connection, PQnoticeProcessor processor, void* argument),
        (connection, processor, argument))
PASS_ON(int, PQsetnonblocking, (PGconn * connection, int on), (connection, on))
PASS_ON(int, PQconsumeInput, (PGconn * connection), (connection))
PASS_ON(int, PQflush, (PGconn * connection), (connection))
PASS_ON(int, PQisBusy, (PGconn * connection), (connection))
PASS_ON(int, PQsendQuery, (PGconn * connection, const char* query), (connection, query))
PASS_ON(int, PQsendQueryParams,
        (PGconn * connection, const char* command, int count, const Oid* types,
         const char* const* values, const int* lengths, const int* formats, int result_format),
        (connection, command, count, types, values, lengths, formats, result_format))
PASS_ON(PGresult*, PQgetResult, (PGconn * connection), (connection))
PASS_ON(int, PQputCopyData, (PGconn * connection, const char* octets, int count),
        (connection, octets, count))
PASS_ON(int, PQputCopyEnd, (PGconn * connection, const char* error), (connection, error))
PASS_ON(ExecStatusType, PQresultStatus, (const PGresult* result), (result))
PASS_ON(char*, PQresultErrorMessage, (const PGresult* result), (result))
PASS_ON(char*, PQresultErrorField, (const PGresult* result, int field), (result, field))
PASS_ON(int, PQntuples, (const PGresult* result), (result))
PASS_ON(int, PQnfields, (const PGresult* result), (result))
PASS_ON(int, PQgetisnull, (const PGresult* result, int row, int column), (result, row, column))
PASS_ON(char*, PQgetvalue, (const PGresult* result, int row, int column), (result, row, column))
PASS_ON(void, PQclear, (PGresult * result), (result))
