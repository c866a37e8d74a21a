// Wakes one waiting thread. A ring that nobody waits for is remembered, so none is lost.
#pragma once

#include <condition_variable>
#include <mutex>
#include <utility>

#include "base/clock.h"

namespace weir::flow {

class Bell {
 public:
  void ring() noexcept {
    {
      const std::lock_guard lock(mutex_);
      if (rung_) return;
      rung_ = true;
    }
    heard_.notify_one();
  }
  /// True when it rang, before or during the wait; false after `patience`.
  bool wait(Duration patience) {
    std::unique_lock lock(mutex_);
    heard_.wait_for(lock, patience, [&] { return rung_; });
    return std::exchange(rung_, false);
  }

 private:
  std::mutex mutex_;
  std::condition_variable heard_;
  bool rung_ = false;
};

}  // namespace weir::flow
