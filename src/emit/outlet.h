// Where a stream of dnstap frames (or of lines, which need no conversation) goes: into a file, or
// to a receiver over a Unix socket, TCP or TLS. Its owner, a thread that may wait, decides what is
// sent and when to try again.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>

#include "base/bytes.h"
#include "base/clock.h"
#include "base/result.h"
#include "emit/target.h"

namespace weir::emit {

/// How much of what was to be written is on its way, and why it is not all of it.
struct Written {
  /// Octets of whole frames that the kernel took. A frame that was cut short is not among them: a
  /// receiver never sees its end, and a file has it taken back. Without frames: of all that it
  /// took.
  size_t octets = 0;
  /// The outlet is closed when there is one. `retry` says whether opening again may help.
  std::optional<Error> error;
};

/// Belongs to one thread, but for `interrupt`.
class Outlet {
 public:
  /// Destroying an open outlet drops the connection, or leaves the file without its last frame.
  virtual ~Outlet() = default;
  /// Opens the file, or connects and shakes hands: START is out when it succeeds. Waits for the
  /// target's timeouts at most.
  virtual Status open() = 0;
  virtual bool is_open() const = 0;
  /// Writes data frames, one after the other as frames.h makes them. Waits until the kernel has
  /// taken all of them, the receiver is gone, or `interrupt`.
  virtual Written write(Bytes frames) = 0;
  /// What is due while nothing is written: a receiver that went away is noticed (the outlet is then
  /// closed, and the error says why), a file is rotated or synchronised.
  virtual Status tend(WallTime now) = 0;
  /// Ends the stream in good order: STOP, at most 1 s for FINISH where the receiver answers.
  virtual void close() = 0;
  /// From any thread: whatever waits now or later, but for `close`, gives up at once.
  virtual void interrupt() = 0;
};

Result<std::unique_ptr<Outlet>> make_outlet(const Target& target);

}  // namespace weir::emit
