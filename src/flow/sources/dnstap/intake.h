// From the payloads of frames to the flow: one for each thread of the source, shared by the senders
// that the thread serves.
#pragma once

#include "base/bytes.h"
#include "flow/settings.h"
#include "flow/sources/dnstap/counters.h"
#include "flow/wire/dnstap_observation.h"
#include "io/loop.h"
#include "model/tap.h"

namespace weir::flow::dnstap_source {

class Intake {
 public:
  /// What was recorded waits for more at most so long: routes are to follow answers at once.
  static constexpr Duration kFlushInterval = 1ms;

  Intake(io::Loop& loop, model::Tap& tap, SourceOverflow overflow, Counters& counters)
      : tap_(tap), waits_(overflow == SourceOverflow::kWait), counters_(counters), timer_(loop) {}

  /// False when the next payload has to wait.
  bool has_room() { return !waits_ || tap_.has_room(); }
  /// Why it is no observation, or kNone.
  dnstap::DecodeFault take(Bytes payload);
  /// Hands over what was recorded, whether there is room or not.
  void flush() { tap_.flush(); }

 private:
  void flush_later();

  model::Tap& tap_;
  const bool waits_;
  Counters& counters_;
  DnstapDecoder decoder_{model::SourceKind::kDnstap};
  io::Timer timer_;
  bool flushes_later_ = false;
};

}  // namespace weir::flow::dnstap_source
