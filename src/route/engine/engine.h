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
#include "names/files/collection.h"
#include "route/barrier/answerer.h"
#include "route/barrier/waiting_room.h"
#include "route/engine/change_log.h"
#include "route/engine/exports.h"
#include "route/engine/journal.h"
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
  void add_target(std::unique_ptr<Target> target);
  /// `addresses` are never routed, nor are those of targets and next hops.
  void set_ours(std::vector<IpAddress> addresses);

  /// Takes over what was known before the start, as far as lists and admission still want it, and
  /// keeps what is learned from now on. After `adopt`.
  void restore(std::unique_ptr<Journal> journal);

  void start();
  /// All targets take leave, then `done` is called.
  void stop(std::function<void()> done);

  void learn(const model::Batch& batch);
  /// Learns from answers that wait for their routes, and lets them go when these are in place, or
  /// it has been too long. After `expose`.
  void hold(std::vector<HeldAnswer> answers);
  BarrierState& barrier() { return barrier_; }
  /// How long the route is there if nothing renews it.
  Duration life_of(RouteId route) const;
  const Snapshot<names::Matcher>& matcher() const { return matcher_; }
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
  void keep_compact();
  void keep(const LeaseTable::Renewal& renewal);
  void tell_changes();
  void arm();
  void count();
  void expose_journal(metrics::Registry& registry);
  void use_ours();
  std::vector<Leg> legs_of(const Learned& learned, Instant begun) const;
  void look();
  /// What passed until now may have to pass again.
  void forget_passes() { barrier_.since.store(clock_.now(), std::memory_order_release); }
  void expose_barrier(metrics::Registry& registry);

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
  BarrierState barrier_;
  std::optional<WaitingRoom> room_;
  std::unique_ptr<Journal> journal_;  // null: nothing is kept
  LeaseId compact_at_ = 0;            // while it is written anew
  std::vector<std::unique_ptr<Target>> targets_;
  std::vector<IpAddress> ours_;
  std::vector<names::FileReport> reports_;
  io::Timer timer_;
  io::Timer looking_;                        // while answers wait
  LeaseId review_at_ = 0;                    // 0: none is under way
  bool telling_ = false;                     // changes wait to be told, on a later turn
  std::vector<metrics::Gauge*> set_gauges_;  // three a set: active, grace, fixed
  metrics::Gauge* routes_ = nullptr;
  std::vector<metrics::Histogram*> lateness_;  // by kind of source
};

}  // namespace weir::route
