// The messages on their way to NATS, counted: how many have no word yet, and what went wrong with
// others. cnats tells from a thread of its own.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/clock.h"

namespace weir::flow::nats {

class Acknowledgements {
 public:
  /// What there was since it was last asked.
  struct Outcome {
    uint64_t duplicates = 0;  // the stream had them already
    uint64_t timeouts = 0;
    uint64_t refusals = 0;
    std::string what;  // the first that was wrong
  };

  /// Waits until fewer than `window` are under way; then one more is. False when it took longer
  /// than `patience`, one has failed, or it was interrupted.
  bool enter(size_t window, Duration patience) {
    std::unique_lock lock(mutex_);
    const bool room = changed_.wait_for(
        lock, patience, [&] { return under_way_ < window || interrupted_ || failed(); });
    if (!room || interrupted_ || failed()) return false;
    ++under_way_;
    return true;
  }
  /// One that did not go out after all.
  void withdraw() {
    leave([] {});
  }
  void acknowledged(bool duplicate) {
    leave([&] { outcome_.duplicates += duplicate ? 1 : 0; });
  }
  void refused(bool timeout, std::string_view what) {
    leave([&] {
      ++(timeout ? outcome_.timeouts : outcome_.refusals);
      if (outcome_.what.empty()) outcome_.what = what;
    });
  }
  /// Waits until none is under way. False when it took longer, or was interrupted.
  bool drain(Duration patience) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, patience, [&] { return under_way_ == 0 || interrupted_; });
    return under_way_ == 0;
  }
  Outcome take() {
    const std::lock_guard lock(mutex_);
    return std::exchange(outcome_, {});
  }
  void interrupt() {
    const std::lock_guard lock(mutex_);
    interrupted_ = true;
    changed_.notify_all();
  }

 private:
  bool failed() const { return outcome_.timeouts + outcome_.refusals > 0; }
  template <typename Note>
  void leave(Note note) {
    const std::lock_guard lock(mutex_);
    --under_way_;
    note();
    changed_.notify_all();
  }

  std::mutex mutex_;  // guards all below
  std::condition_variable changed_;
  uint64_t under_way_ = 0;
  bool interrupted_ = false;
  Outcome outcome_;
};

}  // namespace weir::flow::nats
