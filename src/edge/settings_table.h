// The keys of `[edge]`: how EdgeSettings are written in TOML.
#pragma once

#include "config/table.h"
#include "edge/settings.h"

namespace weir::edge {

config::Table<EdgeSettings> settings_table();

}  // namespace weir::edge
