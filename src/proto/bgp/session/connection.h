// One TCP connection of a session: how far it has come, and its timers.
#pragma once

#include <algorithm>
#include <cstdint>

#include "base/clock.h"
#include "base/random.h"
#include "proto/bgp/session/backoff.h"
#include "proto/bgp/session/negotiation.h"

namespace weir::bgp {

/// Names a connection for good: an event of one that is gone finds nobody.
using ConnectionId = uint64_t;

inline constexpr Instant kNever = Instant::max();

enum class Stage : uint8_t {
  kNone,
  kConnecting,  // ours, and TCP is not there yet
  kParked,      // theirs, while another one is established; nothing has been sent on it
  kOpenSent,
  kOpenConfirm,  // their OPEN is here and fine
  kEstablished,
};

struct Connection {
  ConnectionId id = 0;
  Stage stage = Stage::kNone;
  bool outgoing = false;
  bool confirmed = false;  // kOpenConfirm: their KEEPALIVE is here; another connection goes first
  bool unsent = false;     // TCP has not taken all that was sent
  Negotiated negotiated;   // from kOpenConfirm on

  Instant silent_until = kNever;  // connecting, or without a message, for too long after this
  Instant keepalive_at = kNever;
  Instant unsent_until = kNever;
  Instant decide_at = kNever;  // kParked, or confirmed: which of two connections it will be

  bool is_open() const { return stage >= Stage::kOpenSent; }
  Instant deadline() const {
    return std::min({silent_until, keepalive_at, unsent_until, decide_at});
  }

  void heard(Instant now) { silent_until = negotiated.hold == 0s ? kNever : now + negotiated.hold; }
  /// Something was sent: the next keepalive is due a third of the hold time later (RFC 4271 §4.4).
  void spoke(Instant now, Random& random) {
    keepalive_at =
        negotiated.hold == 0s ? kNever : now + jittered(Duration(negotiated.hold) / 3, random);
  }
};

}  // namespace weir::bgp
