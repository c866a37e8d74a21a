// The tables that weir makes and how they change: versions, each a step from the one before,
// applied under a lock so that several weirs may begin at once.
#pragma once

#include <string>

#include "base/result.h"
#include "flow/settings.h"
#include "flow/sinks/postgresql/connection.h"

namespace weir::flow::postgresql {

/// The names of the tables, with their schema, quoted.
struct Tables {
  explicit Tables(const PostgresqlSinkSettings& settings);
  std::string schema;
  std::string events;
  std::string answers;
  std::string offsets;
  std::string gaps;
  std::string versions;
};

inline constexpr int kSchemaVersion = 2;

/// Brings the tables to our version; one that is newer is left as it is, for steps only add. Makes
/// the indexes that are set and missing.
Status migrate(Connection& connection, const PostgresqlSinkSettings& settings);

/// `$1` is the journal, `$2` the sink.
std::string select_position(const Tables& tables);
/// `$3` is the position, `$4` the one from which answers are still missing.
std::string keep_position(const Tables& tables);

}  // namespace weir::flow::postgresql
