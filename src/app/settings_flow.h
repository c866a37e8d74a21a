// The keys of [store], [[sinks]] and [flow].
#pragma once

#include "app/settings.h"

namespace weir::app {

config::Table<StoreSettings> store_table();
config::Table<flow::SinkSettings> sink_table();
config::Table<FlowTable> flow_table();

}  // namespace weir::app
