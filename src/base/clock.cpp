// The only place that reads the machine's clocks.
#include "base/clock.h"

#include <ctime>

namespace weir {
namespace {

Duration read(clockid_t clock) {
  timespec at{};
  clock_gettime(clock, &at);
  return std::chrono::seconds(at.tv_sec) + Duration(at.tv_nsec);
}

}  // namespace

Instant SystemClock::now() const { return Instant(read(CLOCK_MONOTONIC)); }
WallTime SystemClock::wall_now() const { return WallTime(read(CLOCK_REALTIME)); }

}  // namespace weir
