// Which of the frames that were on their way arrived whole.
#pragma once

#include <cstddef>

#include "base/bytes.h"
#include "proto/dnstap/frames.h"

namespace weir::emit {

/// How many octets the leading data frames of `frames` have together that lie within the first
/// `taken_octets`.
inline size_t whole_frames(Bytes frames, size_t taken_octets) {
  size_t whole = 0;
  while (whole + dnstap::kDataHeader <= taken_octets) {
    const size_t next = whole + dnstap::kDataHeader + load_u32(&frames[whole]);
    if (next > taken_octets) break;
    whole = next;
  }
  return whole;
}

}  // namespace weir::emit
