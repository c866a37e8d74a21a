// The keys of [universe].
#pragma once

#include "app/settings.h"

namespace weir::app {

config::Table<UniverseTable> universe_table();

}  // namespace weir::app
