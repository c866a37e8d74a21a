// The table of the history, and how an older file becomes one of today.
//
// `seen` has one row a record: its name, type, class and data are what makes it one, and the rest
// is its life. Addresses lead back to their rows by an index of their own; another one, by the last
// sighting, says what is too old. `dns_answers` is a view in koroz's words.
#pragma once

#include "base/result.h"
#include "sqlite/database.h"

namespace weir::universe {

inline constexpr int64_t kSchemaVersion = 1;
/// "weir" and a number: tells this store from that of observations ("PRAGMA application_id").
inline constexpr int64_t kApplicationId = 0x77656972;

/// Makes the table, or brings it from an older version to this one; a file of a newer weir, or of
/// something else, is refused.
Status migrate(sqlite::Database& database);

}  // namespace weir::universe
