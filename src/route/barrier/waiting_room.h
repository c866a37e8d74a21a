// The answers that wait for their routes, and for how long: who may go is found by asking how far
// the receivers are. No sockets, no clock of its own; all of it on the plane's thread.
#pragma once

#include <array>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "metrics/metrics.h"
#include "model/barrier.h"
#include "route/barrier/receiver.h"

namespace weir::route {

/// Who is told what became of answers: the thread that wants to give them.
class Asker {
 public:
  virtual ~Asker() = default;
  virtual void let_go(const model::Release& release) = 0;
  /// All of this turn have been told.
  virtual void flush() = 0;
};

/// One set's wish about an answer: that its routes are in place, but no later than `deadline`.
struct Leg {
  size_t set = 0;
  uint8_t group = 0;
  uint64_t version = 0;  // the latest of its routes
  Instant deadline;
  bool refuses = false;  // past the deadline there is no answer, and receivers that are behind are
                         // not passed over
};

struct Waiting {
  std::shared_ptr<Asker> asker;
  uint64_t ticket = 0;
  Instant begun;
  std::vector<Leg> legs;
  Duration good_for = Duration::max();  // the shortest life of its routes
};

class WaitingRoom {
 public:
  /// `sets` are their names by number; the registry outlives the room.
  WaitingRoom(metrics::Registry& registry, const std::vector<std::string>& sets);

  /// Outlives the room.
  void add_receiver(Receiver& receiver);
  void enter(Waiting waiting) { waiting_.push_back(std::move(waiting)); }
  /// Lets everybody go who may, or has waited for too long.
  void look(Instant now);
  bool empty() const { return waiting_.empty(); }
  size_t size() const { return waiting_.size(); }
  /// When to look again, if nobody enters before; the room is not empty. It is soon after somebody
  /// came and later as time goes by: no event tells of an acknowledgement.
  Duration pause(Instant now) const;

 private:
  enum class Pass : uint8_t { kDown, kBehind };
  struct Known {
    Receiver* receiver;
    uint64_t reached = 0;  // at this look
    bool up = false;
    /// It let a deadline pass with this version: nobody waits for it until it has come so far.
    uint64_t owed = 0;
    std::array<metrics::Counter*, 2> passed_over;
    bool behind() const { return reached < owed; }
  };
  bool is_over(const Leg& leg) const;
  bool decide(Waiting& waiting, Instant now);
  void note_misses(const Leg& leg);
  void note_passes(const Leg& leg);
  bool concerns(const Known& known, const Leg& leg) const {
    return (known.receiver->groups() >> leg.group & 1) != 0;
  }

  metrics::Registry& registry_;
  std::vector<Known> receivers_;
  std::vector<Waiting> waiting_;
  std::vector<std::array<metrics::Counter*, 2>> missed_;  // by set; answered, refused
  metrics::Histogram& wait_;
  metrics::Gauge& count_;
};

}  // namespace weir::route
