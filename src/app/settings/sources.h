// The keys of [[source.*]].
#pragma once

#include "app/settings.h"

namespace weir::app {

config::Table<SourceTables> source_table();

}  // namespace weir::app
