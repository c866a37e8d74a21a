// Two kinds of time, never mixed: `Instant` measures (it never jumps), `WallTime` is what people
// and records mean. Code that needs the time is given a Clock, so tests and scenarios run in
// virtual time.
#pragma once

#include <chrono>
#include <cstdint>

namespace weir {

using Duration = std::chrono::nanoseconds;
using namespace std::chrono_literals;  // NOLINT: 5s and 100ms read better than anything else

struct SteadyTag {
  using duration = Duration;
  using rep = duration::rep;
  using period = duration::period;
  static constexpr bool is_steady = true;
};
/// A point on the monotonic clock; only differences mean something.
using Instant = std::chrono::time_point<SteadyTag, Duration>;
/// Nanoseconds since 1970-01-01T00:00:00Z.
using WallTime = std::chrono::time_point<std::chrono::system_clock, Duration>;

inline int64_t to_nanoseconds(WallTime time) { return time.time_since_epoch().count(); }
inline WallTime wall_time(int64_t nanoseconds) { return WallTime(Duration(nanoseconds)); }
inline double to_seconds(Duration duration) { return static_cast<double>(duration.count()) / 1e9; }

class Clock {
 public:
  virtual ~Clock() = default;
  virtual Instant now() const = 0;
  virtual WallTime wall_now() const = 0;
};

/// The machine's clocks.
class SystemClock final : public Clock {
 public:
  Instant now() const override;
  WallTime wall_now() const override;
};

/// A clock that stands until it is moved: for tests and scenarios.
class VirtualClock final : public Clock {
 public:
  Instant now() const override { return Instant(elapsed_); }
  WallTime wall_now() const override { return start_ + elapsed_; }
  void advance(Duration by) { elapsed_ += by; }

 private:
  Duration elapsed_{0};
  WallTime start_ = wall_time(1'600'000'000'000'000'000);
};

}  // namespace weir
