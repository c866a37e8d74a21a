// Where wanted routes become true: a consumer of the feed. A plug-in of route/targets implements
// it; everything happens on the plane's thread.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "route/barrier/receiver.h"
#include "route/feed.h"
#include "route/readings.h"

namespace weir::route {

class Target {
 public:
  virtual ~Target() = default;
  virtual void start() = 0;
  /// The feed has changes. Called once after many.
  virtual void wake() = 0;
  /// A lease behind the route lasts longer now.
  virtual void renewed(RouteId id) { static_cast<void>(id); }
  /// All routes known from before are wanted again: what waited for that goes on.
  virtual void restored() {}
  /// Takes leave; `done` is called once, when there is nothing more to wait for.
  virtual void stop(std::function<void()> done) = 0;
  virtual void read(std::vector<PeerReading>& into) const { static_cast<void>(into); }
  /// Who of it may keep answers waiting.
  virtual std::vector<Receiver*> receivers() { return {}; }
  /// Called when somebody who was down, or forgot, has to be told all routes anew.
  void on_restart(std::function<void()> callback) { restarted_ = std::move(callback); }
  /// Addresses that must never be routed, such as those of neighbours.
  virtual std::vector<IpAddress> addresses() const { return {}; }

 protected:
  void restarted() const {
    if (restarted_) restarted_();
  }

 private:
  std::function<void()> restarted_;
};

}  // namespace weir::route
