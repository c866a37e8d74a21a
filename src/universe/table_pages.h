// Pages of what the table has, for questions that no history answers.
#pragma once

#include <string>

#include "base/result.h"
#include "universe/store/row.h"
#include "universe/table.h"

namespace weir::universe {

/// Whether a page out of memory gave this cursor; those of the history are its own.
inline bool is_of_memory(const std::string& cursor) { return cursor.starts_with('m'); }

/// A cursor is `m` and the number of rows before the page: what comes and goes between two pages
/// shifts them. Any other is an error of kConfig.
Result<SeenPage> page_of(const Table& table, const SeenQuery& query);

}  // namespace weir::universe
