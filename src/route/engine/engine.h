// The routing plane without its thread: observations and lists go in, targets are told what is
// wanted. All of it runs on one loop.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/containers/snapshot.h"
#include "io/loop.h"
#include "metrics/registry.h"
#include "model/batch.h"
#include "names/collection.h"
#include "route/engine/change_log.h"
#include "route/engine/exports.h"
#include "route/learner.h"
#include "route/settings.h"
#include "route/target.h"

namespace weir::route {

class Engine {
 public:
  /// All of these outlive the engine. `seed` is secret.
  Engine(const RouteSettings& settings, const Exports& exports, io::Loop& loop, const Clock& clock,
         uint64_t seed);

  Feed& feed() { return feed_; }
  void add_target(std::unique_ptr<Target> target) { targets_.push_back(std::move(target)); }
  /// `addresses` are never routed, nor are those of targets and next hops.
  void set_ours(std::vector<IpAddress> addresses);

  void start();
  /// All targets take leave, then `done` is called.
  void stop(std::function<void()> done);

  void learn(const model::Batch& batch);
  /// Another state of the lists: what no set wants any more goes, some at a time.
  void adopt(names::Collection::Loaded lists);

  PlaneReading read() const;
  LeasePage leases(const LeaseQuery& query);
  const ChangeLog& changes() const { return changes_; }
  /// Series read what `settle` last left there, from any thread.
  void expose(metrics::Registry& registry);

 private:
  void settle();
  void run_timer();
  void review();
  void tell_changes();
  void arm();
  void count();
  void use_ours();

  const RouteSettings& settings_;
  const Exports& exports_;
  io::Loop& loop_;
  const Clock& clock_;
  std::vector<std::string> set_names_;
  Feed feed_;
  Admission admission_;
  LeaseTable leases_;
  Snapshot<names::Matcher> matcher_;
  Learner learner_;
  ChangeLog changes_;
  std::vector<std::unique_ptr<Target>> targets_;
  std::vector<IpAddress> ours_;
  std::vector<names::FileReport> reports_;
  io::Timer timer_;
  LeaseId review_at_ = 0;       // 0: none is under way
  bool telling_ = false;        // changes wait to be told, on a later turn
  std::vector<metrics::Gauge*> set_gauges_;  // three a set: active, grace, fixed
  metrics::Gauge* routes_ = nullptr;
};

}  // namespace weir::route
