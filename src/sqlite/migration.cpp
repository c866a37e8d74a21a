// Each step and the version it leads to are written in one transaction.
#include "sqlite/migration.h"

#include <fmt/format.h>

namespace weir::sqlite {

Status migrate(Database& database, const Schema& schema) {
  TRY(const int64_t version, database.number("PRAGMA user_version"));
  TRY(const int64_t application, database.number("PRAGMA application_id"));
  if (version != 0 && application != schema.application)
    return Error{Fault::kConfig,
                 fmt::format("{}: this file is a store of something else", schema.what), false};
  const auto newest = static_cast<int64_t>(schema.steps.size());
  if (version > newest)
    return Error{Fault::kConfig,
                 fmt::format("{}: made by a newer weir (its version {}, ours {})", schema.what,
                             version, newest),
                 false};
  for (int64_t step = version; step < newest; ++step)
    TRY_DONE(database.execute(fmt::format(
        "BEGIN IMMEDIATE; {} PRAGMA application_id = {}; PRAGMA user_version = {}; COMMIT;",
        schema.steps[static_cast<size_t>(step)], schema.application, step + 1)));
  return Done{};
}

}  // namespace weir::sqlite
