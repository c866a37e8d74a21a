// Two bounded queues: what is under way, and what has arrived and settles.
#include "route/barrier/milestones.h"

namespace weir::route {

void Milestones::written(uint64_t version, uint64_t offset) {
  if (version <= written_) return;
  written_ = version;
  if (under_way_.size() == kMost) under_way_.pop_back();
  under_way_.push_back({version, offset});
}

void Milestones::arrived(uint64_t offset, Instant now) {
  bool any = false;
  uint64_t version = 0;
  while (!under_way_.empty() && under_way_.front().offset <= offset) {
    version = under_way_.front().version;
    under_way_.pop_front();
    any = true;
  }
  if (!any) return;
  if (settling_.size() == kMost) settling_.pop_back();
  settling_.push_back({version, now + settle_});
}

uint64_t Milestones::reached(Instant now) {
  while (!settling_.empty() && settling_.front().settled <= now) {
    reached_ = settling_.front().version;
    settling_.pop_front();
  }
  return reached_;
}

void Milestones::clear() {
  under_way_.clear();
  settling_.clear();
  reached_ = written_ = 0;
}

}  // namespace weir::route
