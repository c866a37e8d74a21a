// The running program: builds every plane from the settings in order, keeps them while signals say
// so, and takes them down in reverse.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "app/settings.h"
#include "base/clock.h"
#include "control/plane.h"
#include "edge/plane.h"
#include "flow/plane.h"
#include "io/loop.h"
#include "io/signals.h"
#include "metrics/registry.h"
#include "route/plane.h"
#include "universe/plane.h"

namespace weir::app {

class Platform {
 public:
  /// `choice` is where settings are read again on SIGHUP. Everything is bound and opened, nothing
  /// is answered yet; the error says what could not be had.
  static Result<std::unique_ptr<Platform>> create(LoadedSettings loaded, ConfigChoice choice);

  /// Answers until SIGTERM or SIGINT, drains, and returns.
  void run();

 private:
  Platform(LoadedSettings loaded, ConfigChoice choice);
  Status build();
  Status build_universe();
  Status build_routes();
  edge::Plane::OpenBarrier answer_barrier();
  void on_signal(int number);
  void reload();
  void log_statistics() const;
  void announce() const;
  void announce_warmth() const;
  void watch_readiness();
  void stop();
  control::Status status() const;

  LoadedSettings loaded_;
  const ConfigChoice choice_;
  SystemClock clock_;
  const WallTime started_ = clock_.wall_now();
  const Instant started_at_ = clock_.now();
  io::Loop loop_;
  std::unique_ptr<io::Signals> signals_;  // before any thread: they inherit what is blocked
  metrics::Registry registry_;
  std::unique_ptr<universe::Plane> universe_;  // null when it is off; fed by the flow
  std::unique_ptr<route::Plane> route_;        // null when no names are to become routes
  std::unique_ptr<flow::Plane> flow_;
  std::unique_ptr<edge::Plane> edge_;
  std::unique_ptr<control::Plane> control_;
  io::Timer readiness_timer_{loop_};
  std::optional<bool> said_ready_;  // what was last said about readiness
};

}  // namespace weir::app
