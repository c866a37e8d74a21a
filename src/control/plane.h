// The door of the operator plane: HTTP for metrics, health, status and the query log, on the
// control thread's loop.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "control/pages.h"
#include "control/queries.h"
#include "control/seen.h"
#include "control/settings.h"
#include "control/status.h"
#include "flow/plane.h"
#include "io/http_server.h"
#include "io/loop.h"
#include "metrics/registry.h"
#include "route/plane.h"
#include "universe/plane.h"

namespace weir::control {

/// What the pages are made of. All of it outlives the plane.
struct PlaneContext {
  io::Loop& loop;
  const Clock& clock;
  const metrics::Registry& metrics;
  std::function<Status()> status;
  std::string store_path;               // empty: there is no store
  universe::Plane* universe = nullptr;  // null: it is off
  route::Plane* routes = nullptr;       // null: no names become routes
  std::function<std::vector<flow::BlindSpot>()> blind_spots;
};

class Plane {
 public:
  /// Binds every address of the settings; answers while the loop runs.
  static Result<std::unique_ptr<Plane>> create(const ControlSettings& settings,
                                               PlaneContext context);

  /// Where it answers, with the ports the kernel chose.
  std::vector<Endpoint> listeners() const;
  std::vector<Endpoint> alias_listeners() const;

 private:
  explicit Plane(PlaneContext context);
  std::vector<Page> pages();
  std::vector<Page> alias_pages() const;

  PlaneContext context_;
  QueriesPage queries_;
  SeenPages seen_;
  std::vector<std::unique_ptr<io::HttpServer>> servers_;
  std::vector<std::unique_ptr<io::HttpServer>> alias_servers_;
};

}  // namespace weir::control
