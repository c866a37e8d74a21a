// Watches the ledger for growing losses: turns them into gaps for the sinks that record them, and
// into log lines, at most one per source or sink in ten seconds.
#pragma once

#include <array>
#include <memory>
#include <string>
#include <vector>

#include "flow/ledger.h"
#include "flow/sink.h"

namespace weir::flow {

class LossWatch {
 public:
  explicit LossWatch(const Clock& clock) : clock_(clock) {}

  void watch(std::shared_ptr<SourceBook> book);
  void watch(std::shared_ptr<SinkBook> book);
  /// What was lost since the last look: a gap for each place and cause, from that look until now.
  std::vector<Gap> look();

 private:
  struct Watched {
    std::string origin;
    std::shared_ptr<const LossCounts> losses;  // shares the book's life
    std::array<uint64_t, kLosses> seen{};
    uint64_t not_logged = 0;
    Instant log_again;  // not before
  };
  void look_at(Watched& watched, WallTime now, std::vector<Gap>& gaps);
  void log_losses(Watched& watched);

  const Clock& clock_;
  std::vector<Watched> watched_;
  WallTime last_look_ = clock_.wall_now();
};

}  // namespace weir::flow
