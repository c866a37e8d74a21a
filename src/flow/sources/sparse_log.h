// Lines about senders, which may be many and may misbehave as often as they like: a few a minute
// are written, the others counted.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/clock.h"
#include "base/log.h"

namespace weir::flow {

/// Belongs to one thread.
class SparseLog {
 public:
  static constexpr unsigned kLines = 10;
  static constexpr Duration kPeriod = 60s;

  explicit SparseLog(const Clock& clock) : clock_(clock) {}
  void write(log::Level level, std::string_view text);
  /// Of the present period and those before, not yet told.
  uint64_t left_out() const { return left_out_; }

 private:
  const Clock& clock_;
  std::optional<Instant> began_;
  unsigned written_ = 0;
  uint64_t left_out_ = 0;
};

}  // namespace weir::flow
