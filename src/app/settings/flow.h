// The keys of [store], [sink], [journal] and [flow].
#pragma once

#include "app/settings.h"

namespace weir::app {

/// What stands in front of any consumer.
config::Table<flow::LaneSettings> lane_table();
config::Table<StoreSettings> store_table();
config::Table<SinkTables> sink_table();
config::Table<flow::PostgresqlSinkSettings> postgresql_sink_table();
config::Table<flow::JsonSinkSettings> json_sink_table();
config::Table<flow::NatsSinkSettings> nats_sink_table();
config::Table<flow::KafkaSinkSettings> kafka_sink_table();
config::Table<flow::KinesisSinkSettings> kinesis_sink_table();
config::Table<flow::JournalSettings> journal_table();
config::Table<FlowTable> flow_table();

}  // namespace weir::app
