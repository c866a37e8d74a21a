// One lane: a bounded backlog, a thread, and the sink at its end.
//
// The thread takes what waits, up to a group, offers it to the sink batch by batch and settles
// once; only then it is counted as delivered. Under load groups grow by themselves, at rest a batch
// is settled as soon as it comes. A failure that may pass is tried again with growing pauses while
// the backlog fills and its overflow policy decides; one that will not pass costs the batch that
// caused it and no other. When the attempts have a bound and are used up, what comes is lost and
// counted until the sink is reopened.
//
// A durable lane is fed from the journal (flow/journal): what it cannot deliver waits there, beyond
// the end of the process too, and its backlog is only a shortcut.
#pragma once

#include <array>
#include <atomic>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/backoff.h"
#include "base/random.h"
#include "flow/bell.h"
#include "flow/journal/cursor.h"
#include "flow/lane/backlog.h"
#include "flow/lane/transform.h"
#include "flow/ledger.h"
#include "flow/settings.h"
#include "flow/sink.h"

namespace weir::flow {

enum class LaneState : uint8_t { kIdle, kBusy, kRetrying, kExhausted, kStopped };
inline constexpr std::array kLaneStates = {LaneState::kIdle, LaneState::kBusy, LaneState::kRetrying,
                                           LaneState::kExhausted, LaneState::kStopped};
std::string_view to_text(LaneState state);

/// What operators see of a lane, beside its account in the ledger.
struct LaneReading {
  std::string name;
  LaneState state = LaneState::kIdle;
  size_t queue_batches = 0;
  size_t queue_octets = 0;
  Duration lag{0};  // age of the oldest batch that is not settled
  uint64_t retries = 0;
  std::string last_error;  // of the failure that still lasts; empty when well
};

class Lane {
 public:
  Lane(std::string name, std::unique_ptr<Sink> sink, const LaneSettings& settings,
       std::shared_ptr<SinkBook> book, const Clock& clock);
  ~Lane();
  Lane(const Lane&) = delete;
  Lane& operator=(const Lane&) = delete;

  /// Makes it durable; before `start`.
  void follow(std::shared_ptr<journal::Cursor> cursor) { cursor_ = std::move(cursor); }
  bool durable() const { return settings_.durable; }
  /// What stands before the sink; before `start`.
  void transform(std::unique_ptr<Transforms> transforms) { transforms_ = std::move(transforms); }

  void start();
  /// For the router's thread: puts the batch into the backlog, or does what the policy says.
  void offer(const model::SharedBatch& batch);
  /// For the journal's thread, of a durable lane: the batch is in the journal, where it ends before
  /// position `end`.
  void offer_journalled(const model::SharedBatch& batch, uint64_t end);
  /// A loss that the sink should record when it can. At most `kMostGaps` wait; the rest are added
  /// to the last one of their kind.
  void note(const Gap& gap);
  /// Says that the sink does not work at present; before `start`.
  void complain(const Error& error);
  /// Asks the sink to reopen, on the lane's thread, and begins anew to try what failed.
  void reopen();
  /// Takes no more. What waits is delivered until `deadline`; the rest is counted as lost.
  void close(Instant deadline);
  /// Waits for the thread to end and lets go of the sink; after `close`. What waits for the
  /// destination beyond the deadline is interrupted.
  void join();

  const std::string& name() const { return name_; }
  LaneReading read() const;
  static constexpr size_t kMostGaps = 256;

 private:
  void run();
  bool step();
  bool find_place();
  Status ask_place();
  void begin_at(std::optional<uint64_t> kept);
  void go_on_from(uint64_t kept);
  bool leaves() const;
  bool is_done() const;
  void take_leave();
  void pass(uint64_t end);
  void fill();
  void tend();
  void begin_anew();
  void attempt(size_t count);
  Status offer_group(size_t count);
  Status offer_batch(const model::Batch& batch);
  Status offer_gaps();
  void settled(size_t count);
  void failed(const Error& error, size_t count);
  void pause(const Error& error);
  void exhaust();
  void give_up(Loss loss, size_t count);
  bool out_of_time() const;
  void publish(LaneState state);
  void remember(const Error& error);
  void recover();

  const std::string name_;
  std::unique_ptr<Sink> sink_;  // the lane thread's own; gone after `join`
  const LaneSettings settings_;
  const std::shared_ptr<SinkBook> book_;
  const Clock& clock_;
  Backlog backlog_;
  Bell hurry_;  // ends a pause between attempts when the lane is closed or the sink reopened
  Bell ended_;
  std::atomic<int64_t> deadline_;
  std::atomic<bool> reopen_{false};
  std::atomic<LaneState> state_{LaneState::kIdle};
  std::atomic<int64_t> in_hand_since_{0};  // 0: nothing in hand
  std::atomic<uint64_t> retries_{0};

  mutable std::mutex mutex_;  // guards the two below
  std::vector<Gap> gaps_;
  std::string last_error_;

  // The lane thread's own.
  std::shared_ptr<journal::Cursor> cursor_;  // of a durable lane
  std::optional<uint64_t> place_;            // where it is settled; before it began, nothing
  bool in_doubt_ = true;                     // the destination has to be asked where it stands
  std::deque<Waiting> pending_;              // taken and not yet settled
  std::vector<Gap> gaps_in_hand_;
  std::unique_ptr<Transforms> transforms_;  // mostly none
  uint64_t withheld_ = 0;                   // of what was offered since the last attempt began
  size_t careful_ = 0;  // batches still to be offered one by one, to find the one that is refused
  SystemRandom random_;
  Backoff backoff_;
  bool exhausted_ = false;   // no attempts are left
  bool adrift_ = false;      // the failure that lasts was found with nothing to deliver
  bool complained_ = false;  // the log has a line about the failure that lasts
  Instant log_again_;        // about what was refused: not before
  std::thread thread_;
};

}  // namespace weir::flow
