// What the settings of every kind of sink have in common.
#pragma once

#include <string>
#include <utility>

#include "app/settings/flow.h"

namespace weir::app {

/// A name and a lane.
template <typename Sink>
config::Table<Sink> any_sink_table(std::string doc) {
  config::Table<Sink> table(std::move(doc));
  table.text("name", &Sink::name,
             {.least = "1", .most = "64", .doc = "What it is called in metrics and the ledger."});
  table.table("lane", &Sink::lane, lane_table());
  table.check([](const Sink& sink, config::Report& report) {
    if (sink.name == "store") report.wrong("name", "is taken by the embedded store");
  });
  return table;
}

}  // namespace weir::app
