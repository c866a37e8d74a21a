// A thread's event loop: timers, readiness of descriptors, and work posted from other threads. A
// thin layer over Boost.Asio, which is seen in this room's .cpp files only.
//
// One thread runs a loop. Timers and watches belong to that thread and must not outlive the loop;
// only `post` and `stop` may be called from elsewhere.
#pragma once

#include <functional>
#include <memory>

#include "base/clock.h"

namespace weir::io {

class Loop {
 public:
  Loop();
  ~Loop();
  /// Runs until `stop`; a stop that came before makes it return at once. May be run again
  /// afterwards.
  void run();
  /// Handles what is ready, and what that makes ready, without waiting for more; nothing after a
  /// stop that came before.
  void turn();
  /// From any thread; `run` returns soon after.
  void stop();
  /// Runs `work` on the loop's thread, later; from any thread. Work posted while the loop's turn is
  /// handling ready descriptors runs after them.
  void post(std::function<void()> work);

  struct Native;
  Native& native() { return *native_; }

 private:
  std::unique_ptr<Native> native_;
};

/// Calls back once after a time, on the loop's thread. Destroying, stopping or starting it again
/// cancels: no call comes afterwards. What the callback holds is released on the loop's next turn,
/// or with the loop. The callback may destroy the timer.
class Timer {
 public:
  explicit Timer(Loop& loop);
  ~Timer();
  Timer(Timer&&) noexcept;
  void start(Duration after, std::function<void()> callback);
  void stop();

 private:
  struct State;
  std::shared_ptr<State> state_;
};

/// Readiness of a descriptor that somebody else owns and keeps open while the watch lives. No call
/// comes after the watch is destroyed; a callback may destroy it. One watch a descriptor.
class Watch {
 public:
  Watch(Loop& loop, int fd);
  ~Watch();
  Watch(Watch&&) noexcept;
  /// Calls back whenever there is something to read, until replaced by nullptr. Level-triggered:
  /// what a callback leaves unread brings the next call.
  void on_readable(std::function<void()> callback);
  /// Calls back once when writing is possible.
  void once_writable(std::function<void()> callback);

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace weir::io
