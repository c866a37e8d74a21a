// The tables of the embedded store, and how an older file becomes one of today.
//
// `queries` has one row an observation, in the order in which they came (`id`). It has no index but
// its row number: an index on names or clients makes writing about thirty times dearer, and what is
// asked of a log is mostly its recent part. Instead `blocks` says for each run of up to
// `kBlockRows` rows between which times they lie: reading newest first skips whole blocks by time,
// and retention deletes whole blocks. `gaps` are the losses: what is not in `queries`, from whom,
// when and why.
#pragma once

#include "base/result.h"
#include "sqlite/database.h"

namespace weir::flow {

inline constexpr int64_t kSchemaVersion = 1;
inline constexpr int64_t kBlockRows = 8192;

/// Makes the tables, or brings them from an older version to this one; a file of a newer weir is
/// refused.
Status migrate(sqlite::Database& database);

}  // namespace weir::flow
