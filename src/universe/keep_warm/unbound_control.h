// The control channel of unbound: a connection a command, over TLS with unbound's own keys, or bare
// where its control-use-cert is off. No subprocess, so a name is data and nothing else.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "io/loop.h"
#include "io/tls.h"
#include "universe/keep_warm/driver.h"

namespace weir::universe {

/// `UBCT1 flush_type www.example. AAAA` and the end of the line.
std::string flush_command(const Target& target);

class UnboundControl {
 public:
  /// Told of each record, and once of the end, on the loop's thread.
  struct Events {
    std::function<void(size_t index, Outcome outcome, std::string_view why)> on_flushed;
    std::function<void()> on_done;
  };
  /// Errors name the file that is wrong. `loop` outlives it.
  static Result<std::unique_ptr<UnboundControl>> create(io::Loop& loop,
                                                        const UnboundControlSettings& settings,
                                                        Events events);
  ~UnboundControl();

  /// Takes records out of the cache, a few at a time; the batch before is done.
  void flush(std::vector<Job> jobs);

 private:
  class Command;
  UnboundControl(io::Loop& loop, const UnboundControlSettings& settings, Events events);
  void begin_next();
  void ended(Command& command, Outcome outcome, std::string_view why);

  io::Loop& loop_;
  const UnboundControlSettings settings_;
  const Events events_;
  std::unique_ptr<io::TlsClient> tls_;  // null without TLS
  std::deque<Job> waiting_;
  std::vector<std::unique_ptr<Command>> running_;
  std::vector<std::unique_ptr<Command>> ended_;  // until the loop's next turn
};

}  // namespace weir::universe
