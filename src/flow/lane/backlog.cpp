// A queue between the router and one lane.
#include "flow/lane/backlog.h"

namespace weir::flow {

bool Backlog::try_push(Waiting& waiting) {
  const size_t octets = octets_of(*waiting.batch);
  {
    const std::lock_guard lock(mutex_);
    if (closed_ || !has_room(octets)) return false;
    append(waiting, octets);
  }
  filled_.notify_one();
  return true;
}

bool Backlog::push(Waiting& waiting) {
  const size_t octets = octets_of(*waiting.batch);
  {
    std::unique_lock lock(mutex_);
    drained_.wait(lock, [&] { return closed_ || has_room(octets); });
    if (closed_) return false;
    append(waiting, octets);
  }
  filled_.notify_one();
  return true;
}

std::optional<Waiting> Backlog::evict_oldest() {
  const std::lock_guard lock(mutex_);
  if (items_.empty()) return std::nullopt;
  return remove_oldest();
}

void Backlog::take(size_t most, Duration patience, std::deque<Waiting>& out) {
  {
    std::unique_lock lock(mutex_);
    if (patience > Duration::zero())
      filled_.wait_for(lock, patience, [&] { return closed_ || nudged_ || !items_.empty(); });
    nudged_ = false;
    for (; most > 0 && !items_.empty(); --most) out.push_back(remove_oldest());
  }
  drained_.notify_one();
}

void Backlog::nudge() {
  {
    const std::lock_guard lock(mutex_);
    nudged_ = true;
  }
  filled_.notify_one();
}

void Backlog::close() {
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
  }
  filled_.notify_all();
  drained_.notify_all();
}

bool Backlog::closed() const {
  const std::lock_guard lock(mutex_);
  return closed_;
}
size_t Backlog::batches() const {
  const std::lock_guard lock(mutex_);
  return items_.size();
}
size_t Backlog::octets() const {
  const std::lock_guard lock(mutex_);
  return octets_;
}
std::optional<Instant> Backlog::oldest() const {
  const std::lock_guard lock(mutex_);
  if (items_.empty()) return std::nullopt;
  return items_.front().since;
}

void Backlog::append(Waiting& waiting, size_t octets) {
  items_.push_back(std::move(waiting));
  octets_ += octets;
}

Waiting Backlog::remove_oldest() {
  Waiting oldest = std::move(items_.front());
  items_.pop_front();
  octets_ -= octets_of(*oldest.batch);
  return oldest;
}

}  // namespace weir::flow
