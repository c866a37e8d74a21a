// What may have to come true before a client hears an answer, such as that its route is in place,
// seen from who answers.
#pragma once

#include <cstdint>

#include "base/bytes.h"
#include "base/clock.h"

namespace weir::model {

/// What becomes of an answer that was held.
struct Release {
  uint64_t ticket = 0;
  bool refused = false;                 // the client is better off with a failure
  Instant passed;                       // as of when this was so
  Duration good_for = Duration::max();  // how long it may be given again without being asked about
};

/// One answering thread's way to those who want to know of an answer first; all of it is called on
/// that thread.
class Barrier {
 public:
  virtual ~Barrier() = default;
  /// What passed at this time or before may have to pass again. Costs one load.
  virtual Instant since() const noexcept = 0;
  /// True when `answer`, a whole response, may leave at once. Else it is held: a Release with this
  /// ticket follows on the thread, later and within a bounded time.
  virtual bool passes(uint64_t ticket, Bytes answer) = 0;
};

}  // namespace weir::model
