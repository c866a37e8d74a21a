// How the history's columns stand for names, times and data.
#pragma once

#include <optional>

#include "sqlite/database.h"
#include "universe/store/row.h"

namespace weir::universe {

int64_t to_seconds_of_store(WallTime time);
/// Also data without octets, which is not the same as none. `rdata` outlives the next step.
void bind_rdata(sqlite::Statement& statement, int index, Bytes rdata);
/// name, type, class, rdata, ttl, first, last, count, from column `column` on; nothing when the
/// name is none.
std::optional<SeenRow> read_row(const sqlite::Statement& row, int column);

}  // namespace weir::universe
