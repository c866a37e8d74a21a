// A message of the public interface as dnstap has it.
#pragma once

#include "base/clock.h"
#include "proto/dnstap/message.h"
#include "weir/dnstap.h"

namespace weir::producer {

/// What every frame says of who sends it; empty: nothing.
struct Identity {
  Octets identity;
  Octets version;
};

/// True if type, protocols and what the policy says are words of the schema.
bool is_valid(const tap::Message& message);

/// Fills an envelope with views of `message`, `identity`, and of `policy`, which is written to if
/// the message has one. `now` is taken for the time of the message itself if it says none.
void fill(dnstap::Envelope& envelope, const tap::Message& message, const Identity& identity,
          WallTime now, Octets& policy);

}  // namespace weir::producer
