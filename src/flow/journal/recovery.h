// What a former run left in the folder: all its segments, whole and sealed. A write that was torn
// (a kill, a power cut) is cut off behind the last record that is as it was written.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "flow/journal/segments.h"

namespace weir::flow::journal {

struct Recovery {
  std::vector<Segment> segments;  // in order
  uint64_t end = 0;               // the position for the next record
  uint64_t torn_octets = 0;       // that were cut off
};

Result<Recovery> recover(const std::string& folder);

}  // namespace weir::flow::journal
