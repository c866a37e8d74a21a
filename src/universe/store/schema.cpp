// One step for each version: step i brings a file from version i to i + 1.
#include "universe/store/schema.h"

#include <array>

#include "sqlite/migration.h"

namespace weir::universe {
namespace {

// `name` is in presentation form, in lower case with the final dot; `rdata` canonical wire form;
// times are seconds since 1970; `ttl` is of the last sighting. The index on addresses has rows of
// types A and AAAA only, and a question finds it only by the same words.
constexpr const char* kVersion1 = R"(
CREATE TABLE seen (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  type INTEGER NOT NULL,
  class INTEGER NOT NULL,
  rdata BLOB NOT NULL,
  ttl INTEGER NOT NULL,
  first INTEGER NOT NULL,
  last INTEGER NOT NULL,
  count INTEGER NOT NULL
);
CREATE UNIQUE INDEX seen_records ON seen (name, type, class, rdata);
CREATE INDEX seen_addresses ON seen (rdata) WHERE type IN (1, 28);
CREATE INDEX seen_last ON seen (last);
CREATE VIEW dns_answers AS
  SELECT CASE name WHEN '.' THEN name ELSE rtrim(name, '.') END AS domain_name,
         ttl,
         CASE type WHEN 1 THEN 'a' WHEN 28 THEN 'aaaa' WHEN 5 THEN 'cname' WHEN 15 THEN 'mx'
                   WHEN 16 THEN 'txt' ELSE 'any' END AS record_type,
         strftime('%Y-%m-%d %H:%M:%S+00', max(last), 'unixepoch') AS read_from_buffer_ts
  FROM seen GROUP BY 1, 3;
)";
constexpr std::array<const char*, kSchemaVersion> kSteps = {kVersion1};

}  // namespace

Status migrate(sqlite::Database& database) {
  return sqlite::migrate(database,
                         {.what = "history", .application = kApplicationId, .steps = kSteps});
}

}  // namespace weir::universe
