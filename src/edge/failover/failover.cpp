// The ordered first-available choice among upstreams.
#include "edge/failover/failover.h"

#include <algorithm>

namespace weir::edge {

std::optional<size_t> next_upstream(std::span<const std::unique_ptr<UpstreamState>> states,
                                    const Tried& tried) {
  std::optional<size_t> last_resort;
  for (size_t i = 0; i < std::min(states.size(), kMaxUpstreams); ++i) {
    if (tried.has(i)) continue;
    if (states[i]->up.load(std::memory_order_relaxed)) return i;
    if (!last_resort) last_resort = i;
  }
  return last_resort;
}

}  // namespace weir::edge
