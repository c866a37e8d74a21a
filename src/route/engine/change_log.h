// What changed lately: the last changes of the feed with their reasons, for people who ask or
// watch, and a line of the log for each as long as there are not too many.
#pragma once

#include <deque>
#include <string>
#include <vector>

#include "base/clock.h"
#include "metrics/counter.h"
#include "route/lease_table.h"
#include "route/readings.h"
#include "route/token_bucket.h"

namespace weir::route {

class ChangeLog {
 public:
  struct Limits {
    size_t kept = 10'000;
    double lines_a_second = 100;
  };
  /// `sets` are their names by number. All of these outlive the log.
  ChangeLog(Feed& feed, const LeaseTable& leases, const std::vector<std::string>& sets,
            const Limits& limits);

  /// Takes over at most `most` changes; how many there were.
  size_t follow(size_t most, Instant now, WallTime wall);
  /// At most `most` of those after number `after`, the oldest first.
  std::vector<ChangeReading> after(uint64_t number, size_t most) const;

  uint64_t changes(bool announced, Reason reason) const {
    return counts_[announced ? 1 : 0][static_cast<size_t>(reason)].value();
  }
  uint64_t unlogged() const { return unlogged_.value(); }

 private:
  void take(const Change& change, Instant now, WallTime wall);
  static constexpr size_t kReasons = 9;

  Feed& feed_;
  const LeaseTable& leases_;
  const std::vector<std::string>& sets_;
  Limits limits_;
  Feed::CursorId cursor_;
  TokenBucket lines_;
  std::deque<ChangeReading> kept_;
  uint64_t last_ = 0;
  std::array<std::array<metrics::LocalCounter, kReasons>, 2> counts_;
  metrics::LocalCounter unlogged_;
};

/// `www.example.com` of a folded wire name, with whatever is unusual escaped.
std::string name_text(Bytes wire);

}  // namespace weir::route
