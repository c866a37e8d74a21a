// The end of the lane that feeds the routing plane: planes do not know each other.
#pragma once

#include <vector>

#include "edge/settings.h"
#include "flow/sink.h"
#include "route/plane.h"

namespace weir::app {

class RouteSink final : public flow::Sink {
 public:
  /// The plane outlives the sink's last delivery.
  explicit RouteSink(route::Plane& plane) : plane_(plane) {}
  Status deliver(const model::Batch& batch) override { return plane_.deliver(batch); }

 private:
  route::Plane& plane_;
};

/// Where we ask, which must never be routed by what was answered: addresses of upstreams, of those
/// who look up their names.
std::vector<IpAddress> upstream_addresses(const edge::EdgeSettings& edge);

}  // namespace weir::app
