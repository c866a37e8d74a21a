// Whether octets in the middle of a TCP stream look like the beginning of a DNS message.
#pragma once

#include "base/bytes.h"

namespace weir::packet {

/// Octets needed to tell: a length and a header.
inline constexpr size_t kPlausibleOctets = 14;

/// True when `data` begins with a length and a DNS header that go together: an opcode in use, no
/// reserved bit, counts that fit the length. Random octets pass less than once in 10^8.
bool plausible_message(Bytes data);

}  // namespace weir::packet
