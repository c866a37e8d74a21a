// The thread that writes the rings out through an outlet, and opens it again when it fails.
//
// It goes round all rings, then gathers for a flush interval while there is traffic, and sleeps
// when there is none. While the outlet is away the rings fill; whatever the callers then lose is
// counted by them. What a round does is `step`, which waits for nothing but the outlet, so that
// tests can move time themselves.
#pragma once

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "base/backoff.h"
#include "base/clock.h"
#include "base/result.h"
#include "emit/outlet.h"
#include "producer/doorbell.h"
#include "producer/rings.h"
#include "weir/dnstap.h"

namespace weir::producer {

struct WriterSettings {
  std::string name;  // of the output, for the log
  Duration flush_interval{0};
  Backoff::Limits reconnect;
  tap::Log log;
};

class Writer {
 public:
  Writer(std::unique_ptr<emit::Outlet> outlet, Rings& rings, WriterSettings settings,
         const Clock& clock, Random& random);
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  Status start();
  /// For the caller that has put a message into its ring. Costs a glance when the writer is awake.
  void on_message(const Ring& ring) {
    const Mood mood = mood_.load();
    if (mood == Mood::kAwake) [[likely]]
      return;
    if (mood == Mood::kAsleep || ring.half_full()) wake();
  }
  /// For the caller that has to wait for room.
  void wake() {
    if (mood_.exchange(Mood::kAwake) != Mood::kAwake) doorbell_.ring();
  }
  /// Why calls are refused, or kAccepted.
  tap::Outcome refusal() const { return refusal_.load(std::memory_order_relaxed); }

  bool flush(Duration timeout);
  /// Ends the thread. What is queued after `timeout` is dropped: gives how many. Once.
  uint64_t close(Duration timeout);

  /// State, connects, failures and last error.
  void read(tap::Statistics& statistics) const;

  /// How long to wait for the doorbell, and whether callers have to ring it.
  struct Rest {
    Duration most{0};
    bool idle = false;  // nothing was written
  };
  /// What the thread does, over and over, until `is_finished`.
  Rest step();
  bool is_finished() const { return state_.load() == tap::State::kClosed; }

 private:
  enum class Mood : uint8_t {
    kAwake,
    kGathering,  // comes by itself within the flush interval
    kAsleep,     // has to be woken
  };

  void run();
  void rest(Rest rest);
  bool anything_to_do(Mood mood);
  void flushed_up_to(uint64_t wanted);
  bool try_open();
  bool write_all();
  bool write_ring(Ring& ring);
  uint64_t drop_all(tap::Outcome why);
  Rest step_closing();
  void stood();
  void failed(const Error& error);
  void tell(tap::Severity severity, const std::string& text) const;

  const std::unique_ptr<emit::Outlet> outlet_;
  Rings& rings_;
  const WriterSettings settings_;
  const Clock& clock_;

  alignas(64) std::atomic<Mood> mood_{Mood::kAwake};
  std::atomic<tap::Outcome> refusal_{tap::Outcome::kAccepted};
  Doorbell doorbell_;
  std::atomic<tap::State> state_{tap::State::kConnecting};
  std::atomic<uint64_t> connects_{0};
  std::atomic<uint64_t> failures_{0};
  std::atomic<bool> closing_{false};
  std::atomic<bool> out_of_time_{false};  // for closing

  mutable std::mutex mutex_;        // for the three below
  std::condition_variable turned_;  // a flush is done, or the thread
  std::string last_error_;
  uint64_t flushed_ = 0;
  std::atomic<uint64_t> flush_wanted_{0};

  // The thread's own.
  bool outage_ = false;
  bool fresh_ = false;    // open, and nothing has shown yet that it works
  bool hurried_ = false;  // to open again, when closing began
  Instant try_again_;
  Instant tend_again_;
  Backoff backoff_;
  uint64_t sent_ = 0;
  uint64_t left_behind_ = 0;  // when the end came
  std::thread thread_;
};

}  // namespace weir::producer
