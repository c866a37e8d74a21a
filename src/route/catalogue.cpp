// The one place that knows the targets by name.
#include "route/catalogue.h"

#include "route/targets/bgp/speaker.h"

namespace weir::route {

Status add_targets(const TargetContext& context, Engine& engine) {
  if (context.settings.peers.empty()) return Done{};
  TRY(auto speaker, Speaker::create(context.settings, context.exports, context.loop, context.clock,
                                    engine.feed(), context.registry));
  engine.add_target(std::move(speaker));
  return Done{};
}

}  // namespace weir::route
