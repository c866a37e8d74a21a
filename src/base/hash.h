// One 64-bit hash of octets for every table (XXH3), with a seed where strangers choose the keys.
#pragma once

#include <cstdint>

#include "base/bytes.h"

namespace weir {

uint64_t hash64(Bytes bytes, uint64_t seed = 0) noexcept;

}  // namespace weir
