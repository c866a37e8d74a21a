// The keys of [route], [[route.set]] and [[route.peer]].
#pragma once

#include "config/table.h"
#include "route/settings.h"

namespace weir::app {

config::Table<route::RouteSettings> route_table();

}  // namespace weir::app
