// The question as we put it to an upstream: built anew, never the client's octets.
#pragma once

#include "edge/cache/cache.h"

namespace weir::edge {

/// Writes the question of `key`: RD and AD set, CD as the client has it, an OPT record of our own,
/// and padding to a multiple of 128 octets (RFC 8467 §4.1) where the channel is encrypted. The ID
/// is zero; the upstream chooses it. Gives the size.
size_t write_question(const CacheKey& key, bool encrypted, uint16_t udp_payload,
                      MutableBytes buffer);

}  // namespace weir::edge
