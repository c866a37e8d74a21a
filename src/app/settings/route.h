// The keys of [route] and of the tables below it.
#pragma once

#include "config/table.h"
#include "route/settings.h"

namespace weir::app {

config::Table<route::RouteSettings> route_table();
config::Table<route::NftablesSettings> nftables_table();

}  // namespace weir::app
