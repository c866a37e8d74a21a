// The table with its lock: the lane's thread fills it, the history's empties it of changes, and
// others ask.
#pragma once

#include <mutex>

#include "universe/table.h"

namespace weir::universe {

class SharedTable {
 public:
  SharedTable(const TableLimits& limits, uint64_t seed) : table_(limits, seed) {}

  /// `work` has the table to itself; others wait.
  template <typename Work>
  auto with(Work work) {
    const std::lock_guard lock(mutex_);
    return work(table_);
  }
  template <typename Work>
  auto with(Work work) const {
    const std::lock_guard lock(mutex_);
    return work(table_);
  }

 private:
  mutable std::mutex mutex_;
  Table table_;
};

}  // namespace weir::universe
