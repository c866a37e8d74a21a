// What a JSON source counts, by cause: its senders, their lines, and what was wrong with either.
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "flow/sources/json/line_fault.h"
#include "metrics/registry.h"

namespace weir::flow::json_source {

class Counters {
 public:
  Counters(metrics::Registry& registry, std::string source);

  void malformed(LineFault fault) { malformed_[static_cast<size_t>(fault)]->add(); }
  /// `max_clients` or `acl`.
  void refused(std::string_view reason);
  void failed(std::string_view reason);

 private:
  metrics::Registry& registry_;
  const std::string source_;

 public:
  metrics::Gauge& senders;
  metrics::Counter& accepted;  // whatever became of them
  metrics::Counter& lines;     // also those that were no good
  metrics::Counter& octets;
  metrics::Counter& left_out;  // records
  metrics::Counter& pauses;    // for want of room in the flow

 private:
  std::array<metrics::Counter*, kLineFaults> malformed_{};
};

}  // namespace weir::flow::json_source
