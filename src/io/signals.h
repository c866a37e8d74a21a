// Signals as events of a loop (signalfd): they are handled between other work, never inside it.
#pragma once

#include <functional>
#include <initializer_list>
#include <memory>

#include "base/clock.h"
#include "base/result.h"
#include "io/loop.h"

namespace weir::io {

class Signals {
 public:
  /// Blocks `numbers` in the calling thread, and so in those it starts afterwards, and calls back
  /// on the loop's thread for each that comes.
  static Result<std::unique_ptr<Signals>> watch(Loop& loop, std::initializer_list<int> numbers,
                                                std::function<void(int number)> callback);
  /// Waits for `time` and forgets the signals that come: senders like timeout(1) signal a process
  /// and then its group, so that one wish arrives twice.
  void absorb(Duration time);
  /// What the callback has not seen is unblocked again and has its default effect.
  ~Signals();

 private:
  struct State;
  explicit Signals(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace weir::io
