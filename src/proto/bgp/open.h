// OPEN: who a speaker is and what it can do (RFC 4271 §4.2, 6.2; RFC 5492, 6286, 6793, 9072).
#pragma once

#include <cstdint>

#include "proto/bgp/capabilities.h"
#include "proto/bgp/message.h"

namespace weir::bgp {

inline constexpr uint8_t kVersion = 4;
inline constexpr uint16_t kLeastHoldTime = 3;  // seconds, unless it is 0 (RFC 4271 §4.2)

struct Open {
  uint32_t as = 0;  // the four-octet one where it was given
  uint16_t hold_seconds = 0;
  uint32_t identifier = 0;  // an IPv4 address or any other number but 0 (RFC 6286)
  Capabilities capabilities;

  bool operator==(const Open&) const = default;
};

/// Checks all that can be checked without knowing the peer: version, AS and identifier not zero,
/// hold time, and every optional parameter, classic or extended. The texts are views of `body`.
Result<Open, Notification> decode_open(Bytes body);

/// The message; always with a four-octet AS capability.
Octets encode(const Open& open);

}  // namespace weir::bgp
