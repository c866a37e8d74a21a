// Running a loop in a test until something holds, without sleeping.
#pragma once

#include <functional>

#include "io/loop.h"

namespace weir::kit {

/// Runs `loop` until `condition` holds (asked every millisecond) or `patience` is over. Gives
/// whether it held.
inline bool run_until(io::Loop& loop, const std::function<bool()>& condition,
                      Duration patience = std::chrono::seconds(5)) {
  const SystemClock clock;
  const Instant end = clock.now() + patience;
  io::Timer timer(loop);
  bool held = false;
  std::function<void()> ask = [&] {
    held = condition();
    if (held || clock.now() > end) {
      loop.stop();
    } else {
      timer.start(std::chrono::milliseconds(1), ask);
    }
  };
  loop.post(ask);
  loop.run();
  return held;
}

}  // namespace weir::kit
