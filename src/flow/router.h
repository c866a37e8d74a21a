// The router: one thread that takes batches out of every tap's ring and hands each to every lane,
// or to one of those that take turns, and to the journal that feeds durable lanes.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "flow/bell.h"
#include "flow/journal/journal.h"
#include "flow/lane/lane.h"
#include "flow/loss_watch.h"
#include "flow/tap.h"

namespace weir::flow {

class Router {
 public:
  explicit Router(const Clock& clock) : watch_(clock), clock_(clock) {}
  ~Router();
  Router(const Router&) = delete;
  Router& operator=(const Router&) = delete;

  /// Which batches a lane is offered: each, or, in turn with the lane that was added before it, its
  /// share.
  enum class Takes : bool { kAll, kTurns };
  /// Before `start`.
  void add_lane(Lane& lane, std::shared_ptr<SinkBook> book, Takes takes = Takes::kAll);
  /// What feeds durable lanes, which are added besides for their losses; before `start`.
  void add_journal(journal::Journal& journal, bool waits) {
    journal_ = &journal;
    waits_for_journal_ = waits;
  }
  /// At any time, from any thread; the tap lives as long as the router.
  void add_tap(RingTap& tap);
  /// To ring when there is something to take.
  Bell& bell() { return bell_; }

  void start();
  /// Takes what is in the rings and ends, if it can before `deadline` (a lane that blocks may keep
  /// it until it is closed).
  void finish(Instant deadline);
  void join();

 private:
  void run();
  bool drain();
  void dispatch(const model::SharedBatch& batch, SourceBook& book);
  void look_for_losses();

  Bell bell_;
  Bell ended_;
  std::atomic<bool> finishing_{false};
  /// Lanes that take turns; mostly one.
  struct Group {
    std::vector<Lane*> lanes;
    size_t next = 0;
  };
  std::vector<Group> groups_;
  std::vector<Lane*> durable_;
  journal::Journal* journal_ = nullptr;
  bool waits_for_journal_ = false;

  std::mutex mutex_;  // guards the two below
  std::vector<RingTap*> taps_;
  LossWatch watch_;

  const Clock& clock_;
  Instant next_look_;
  std::thread thread_;
};

}  // namespace weir::flow
