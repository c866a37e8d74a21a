// Which targets the settings ask for.
#pragma once

#include "base/clock.h"
#include "io/loop.h"
#include "metrics/registry.h"
#include "route/engine/engine.h"

namespace weir::route {

struct TargetContext {
  const RouteSettings& settings;
  const Exports& exports;
  io::Loop& loop;
  const Clock& clock;
  metrics::Registry& registry;
};

/// Makes every target and gives it to the engine; fails when one cannot be had.
Status add_targets(const TargetContext& context, Engine& engine);

}  // namespace weir::route
