// Wakes a sleeping thread without a lock: one system call, made only by whoever finds it asleep.
#pragma once

#include "base/clock.h"
#include "base/unique_fd.h"

namespace weir::producer {

class Doorbell {
 public:
  Doorbell();

  /// From any thread. A ring that nobody waits for is remembered.
  void ring() noexcept;
  /// True when it rang, before or during the wait; false after `patience`. One thread waits.
  bool wait(Duration patience) noexcept;

 private:
  UniqueFd event_;
};

}  // namespace weir::producer
