// One step for each version: step i brings a file from version i to i + 1.
#include "flow/store/schema.h"

#include <array>

#include "sqlite/migration.h"

namespace weir::flow {
namespace {

// Times are nanoseconds since 1970, latency nanoseconds, addresses 4 or 16 octets. `type` and
// `protocol` are dnstap's numbers, `source` and `answer_source` those of model/observation.h.
// `qname` is in lower case with the final dot. `rcode` and `answer_source` are of responses only.
// `size` is of the message that the row is about; `query` and `response` are its octets, where they
// are kept.
constexpr const char* kVersion1 = R"(
CREATE TABLE queries (
  id INTEGER PRIMARY KEY,
  time INTEGER NOT NULL,
  type INTEGER NOT NULL,
  protocol INTEGER NOT NULL,
  source INTEGER NOT NULL,
  client BLOB,
  client_port INTEGER,
  server BLOB,
  server_port INTEGER,
  qname TEXT,
  qtype INTEGER,
  qclass INTEGER,
  rcode INTEGER,
  flags INTEGER,
  latency INTEGER,
  answer_source INTEGER,
  upstream TEXT,
  size INTEGER,
  malformed INTEGER,
  malformed_at INTEGER,
  query BLOB,
  response BLOB
);
CREATE TABLE blocks (
  first_id INTEGER PRIMARY KEY,
  last_id INTEGER NOT NULL,
  min_time INTEGER NOT NULL,
  max_time INTEGER NOT NULL
);
CREATE TABLE gaps (
  id INTEGER PRIMARY KEY,
  from_time INTEGER NOT NULL,
  to_time INTEGER NOT NULL,
  origin TEXT NOT NULL,
  stage TEXT NOT NULL,
  reason TEXT NOT NULL,
  count INTEGER NOT NULL
);
)";
constexpr std::array<const char*, kSchemaVersion> kSteps = {kVersion1};

}  // namespace

Status migrate(sqlite::Database& database) {
  return sqlite::migrate(database, {.what = "store", .steps = kSteps});
}

}  // namespace weir::flow
