// A budget of lines by period.
#include "flow/sources/sparse_log.h"

#include <fmt/format.h>

#include <utility>

namespace weir::flow {

void SparseLog::write(log::Level level, std::string_view text) {
  if (!log::enabled(level)) return;
  const Instant now = clock_.now();
  if (!began_ || (written_ >= kLines && now - *began_ >= kPeriod)) {
    began_ = now;
    written_ = 0;
  }
  if (written_ >= kLines) {
    ++left_out_;
    return;
  }
  ++written_;
  const uint64_t missing = std::exchange(left_out_, 0);
  if (missing == 0) return log::write(level, text);
  log::write(level, fmt::format("{} ({} lines like this were left out)", text, missing));
}

}  // namespace weir::flow
