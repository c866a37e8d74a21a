// Where wanted routes become true: a consumer of the feed. A plug-in of route/targets implements
// it; everything happens on the plane's thread.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "route/readings.h"

namespace weir::route {

class Target {
 public:
  virtual ~Target() = default;
  virtual void start() = 0;
  /// The feed has changes. Called once after many.
  virtual void wake() = 0;
  /// All routes known from before are wanted again: what waited for that goes on.
  virtual void restored() {}
  /// Takes leave; `done` is called once, when there is nothing more to wait for.
  virtual void stop(std::function<void()> done) = 0;
  virtual void read(std::vector<PeerReading>& into) const { static_cast<void>(into); }
  /// Addresses that must never be routed, such as those of neighbours.
  virtual std::vector<IpAddress> addresses() const { return {}; }
};

}  // namespace weir::route
