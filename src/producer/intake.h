// The inside of a producer behind its public face: from a message to a frame in the caller's ring.
#pragma once

#include <memory>

#include "base/clock.h"
#include "base/random.h"
#include "emit/outlet.h"
#include "producer/fork_guard.h"
#include "producer/frame.h"
#include "producer/rings.h"
#include "producer/writer.h"
#include "weir/dnstap.h"

namespace weir::producer {

class Intake {
 public:
  Intake(std::unique_ptr<emit::Outlet> outlet, const tap::Options& options, const Clock& clock);

  Status start() { return writer_.start(); }
  tap::Outcome log(const tap::Message& message);
  tap::Statistics statistics() const;
  bool flush(Duration timeout) { return !guard_.is_child() && writer_.flush(timeout); }
  /// True if nothing queued was dropped. Once.
  bool close(Duration timeout) { return writer_.close(timeout) == 0; }
  /// True in a child of the process that made it: then nothing but `log` may be called, and it is
  /// never destroyed, since its thread and its connection are the parent's.
  bool is_child() const { return guard_.is_child(); }

 private:
  tap::Outcome put(Ring& ring, const tap::Message& message);
  uint8_t* await_room(Ring& ring, size_t octets);

  const ForkGuard guard_;
  const Identity identity_;
  const size_t most_frame_octets_;
  const Duration block_for_;
  const Clock& clock_;
  SystemRandom random_;
  Rings rings_;
  Writer writer_;
};

}  // namespace weir::producer
