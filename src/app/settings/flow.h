// The keys of [store], [sink], [journal] and [flow].
#pragma once

#include "app/settings.h"

namespace weir::app {

/// What stands in front of any consumer.
config::Table<flow::LaneSettings> lane_table();
config::Table<StoreSettings> store_table();
config::Table<SinkTables> sink_table();
config::Table<flow::PostgresqlSinkSettings> postgresql_sink_table();
config::Table<flow::JournalSettings> journal_table();
config::Table<FlowTable> flow_table();

}  // namespace weir::app
