// The one place that knows the targets by name.
#include "route/catalogue.h"

#include "route/targets/bgp/speaker.h"
#include "route/targets/nftables/filter.h"

namespace weir::route {

Status add_targets(const TargetContext& context, Engine& engine) {
  if (!context.settings.peers.empty()) {
    TRY(auto speaker, Speaker::create(context.settings, context.exports, context.loop,
                                      context.clock, engine.feed(), context.registry));
    engine.add_target(std::move(speaker));
  }
  if (!context.settings.nftables.empty()) {
    TRY(auto filter,
        Filter::create(
            context.settings, context.exports, context.loop, engine.feed(),
            [&engine](RouteId route) { return engine.life_of(route); }, context.registry));
    engine.add_target(std::move(filter));
  }
  return Done{};
}

}  // namespace weir::route
