// The wheel of deadlines. Times further away than one turn share buckets with nearer ones; they are
// told apart by their exact time.
#include "edge/upstreams/deadlines.h"

#include <algorithm>

#include "base/check.h"

namespace weir::edge::upstreams {

Deadlines::Deadlines() {
  heads_.fill(kNone);
  tails_.fill(kNone);
}

void Deadlines::add(uint32_t slot, Instant due) {
  if (slot >= links_.size()) links_.resize(slot + 1);
  Link& link = links_[slot];
  CHECK(link.bucket == kNone);
  if (size_ == 0) cursor_ = tick_of(due);  // an empty wheel may stand anywhere
  cursor_ = std::min(cursor_, tick_of(due));
  const size_t bucket = bucket_of(tick_of(due));
  link = {due, kNone, tails_[bucket], static_cast<uint32_t>(bucket)};
  (link.previous == kNone ? heads_[bucket] : links_[link.previous].next) = slot;
  tails_[bucket] = slot;
  ++size_;
}

void Deadlines::remove(uint32_t slot) {
  if (slot >= links_.size() || links_[slot].bucket == kNone) return;
  Link& link = links_[slot];
  (link.previous == kNone ? heads_[link.bucket] : links_[link.previous].next) = link.next;
  (link.next == kNone ? tails_[link.bucket] : links_[link.next].previous) = link.previous;
  link.bucket = kNone;
  --size_;
}

void Deadlines::take_from(size_t bucket, Instant now, std::vector<uint32_t>& out) {
  for (uint32_t slot = heads_[bucket]; slot != kNone;) {
    const uint32_t next = links_[slot].next;
    if (links_[slot].due <= now) {
      remove(slot);
      out.push_back(slot);
    }
    slot = next;
  }
}

void Deadlines::take_due(Instant now, std::vector<uint32_t>& out) {
  const int64_t last = tick_of(now);
  const int64_t first = std::max(cursor_, last - static_cast<int64_t>(kBuckets) + 1);
  for (int64_t tick = first; tick <= last && size_ > 0; ++tick)
    take_from(bucket_of(tick), now, out);
  cursor_ = std::max(cursor_, last);
}

std::optional<Instant> Deadlines::earliest() const {
  if (size_ == 0) return std::nullopt;
  Instant best = Instant::max();
  for (size_t i = 0; i < kBuckets; ++i) {
    const int64_t tick = cursor_ + static_cast<int64_t>(i);
    for (uint32_t slot = heads_[bucket_of(tick)]; slot != kNone; slot = links_[slot].next) {
      best = std::min(best, links_[slot].due);
    }
    if (best != Instant::max() && tick_of(best) <= tick)
      break;  // nothing further on can be earlier
  }
  return best;
}

}  // namespace weir::edge::upstreams
