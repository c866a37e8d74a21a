// How is written in TOML what of everything a sink gets, and in which form.
#pragma once

#include "config/table.h"
#include "flow/settings.h"

namespace weir::app {

/// The keys `only`, `except`, `sample` and `anonymise` of a lane.
void add_transforms(config::Table<flow::LaneSettings>& lane);

}  // namespace weir::app
