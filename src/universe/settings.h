// What operators may set about the universe: how much of what is seen stays in memory, what is
// written down, and what is kept warm. Plain values; the table of keys stands in the configuration.
#pragma once

#include <string>

#include "base/clock.h"
#include "universe/keep_warm/settings.h"
#include "universe/sighting.h"
#include "universe/table.h"

namespace weir::universe {

/// The history on disk. Bounds of retention are off at 0.
struct HistorySettings {
  bool enabled = true;
  std::string path;
  Duration age = 90 * 24h;  // since a record was seen last
  uint64_t octets = 4ULL << 30;
  Duration group_interval = 1s;  // between two writings: what a crash may cost
  size_t group_sets = 20'000;    // of records, in one transaction
  // Sets of a group of which the file knows all records already, and only counts and times are
  // new: they are most of the work, and the least of the news.
  size_t group_updates = 1000;
};

struct UniverseSettings {
  bool enabled = true;
  TableLimits limits;
  SightingSettings sightings;
  HistorySettings history;
  KeepWarmSettings keep_warm;
  /// Sources can wait (files): the lane is held up while the history is behind, and nothing is
  /// lost.
  bool sources_wait = false;
};

}  // namespace weir::universe
