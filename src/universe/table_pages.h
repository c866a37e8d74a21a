// Pages of what the table has, for questions that no history answers.
#pragma once

#include "base/result.h"
#include "universe/store/row.h"
#include "universe/table.h"

namespace weir::universe {

/// A cursor is the number of rows before the page: what comes and goes between two pages shifts
/// them. One that is no number is an error of kConfig.
Result<SeenPage> page_of(const Table& table, const SeenQuery& query);

}  // namespace weir::universe
