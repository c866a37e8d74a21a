// The door of the routing plane: names that are answered become routes at neighbours, and leave
// again. A thread of its own; everything here may be called from others.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <semaphore>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "io/loop.h"
#include "io/peers/own_addresses.h"
#include "metrics/registry.h"
#include "model/barrier.h"
#include "model/tap.h"
#include "names/files/collection.h"
#include "route/engine/exports.h"
#include "route/readings.h"
#include "route/settings.h"

namespace weir::route {

class Engine;

class Plane final : public model::Consumer {
 public:
  /// Reads all lists and binds what is listened on. `registry` and `clock` outlive the plane;
  /// `never` are addresses that must not be routed because other planes depend on them.
  static Result<std::unique_ptr<Plane>> create(RouteSettings settings, std::vector<IpAddress> never,
                                               metrics::Registry& registry, const Clock& clock);
  ~Plane() override;

  void start();
  /// Takes leave of neighbours as the settings say, and ends the thread. Nobody delivers any more.
  void stop();

  /// Learns from a batch; returns when targets have been told.
  Status deliver(const model::Batch& batch) override;
  /// Whether any set wants answers to wait for their routes.
  bool has_barrier() const;
  /// One answering thread's way in: `on_release` is called on `loop`, which is there as long as the
  /// plane's thread.
  std::unique_ptr<model::Barrier> open_barrier(
      io::Loop& loop, std::function<void(const model::Release&)> on_release);
  /// Reads all lists again, on another thread. A list that got worse stays as it was.
  void reload();

  PlaneReading read();
  LeasePage leases(const LeaseQuery& query);
  std::vector<ChangeReading> changes(uint64_t after, size_t most);

 private:
  Plane(RouteSettings settings, std::vector<IpAddress> never, const Clock& clock);
  Status build(metrics::Registry& registry);
  void on_loop(const std::function<void()>& work);
  void take_lists(const Result<names::Collection::Loaded>& lists);
  void watch_addresses();

  const RouteSettings settings_;
  const std::vector<IpAddress> never_;
  const Clock& clock_;
  Exports exports_;
  io::Loop loop_;
  std::optional<names::Collection> collection_;  // the loader's while it runs
  std::optional<io::OwnAddresses> addresses_;
  std::unique_ptr<Engine> engine_;
  std::thread thread_;
  std::thread loader_;
  bool loading_ = false;  // on the loop's thread
  bool again_ = false;    // likewise: another reload was asked for meanwhile
};

}  // namespace weir::route
