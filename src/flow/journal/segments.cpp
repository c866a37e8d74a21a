// A short list under a lock.
#include "flow/journal/segments.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/check.h"

namespace weir::flow::journal {
namespace {

// Reasons are kept for so many removals; what is older counts as evicted.
constexpr size_t kMostRemovals = 4096;

}  // namespace

std::optional<Segment> Segments::find(uint64_t position) const {
  const std::lock_guard lock(mutex_);
  for (auto segment = segments_.rbegin(); segment != segments_.rend(); ++segment)
    if (segment->first <= position)
      return position < segment->end ? std::optional(*segment) : std::nullopt;
  return std::nullopt;
}

std::vector<Segment> Segments::list() const {
  const std::lock_guard lock(mutex_);
  return {segments_.begin(), segments_.end()};
}

std::optional<Segment> Segments::oldest() const {
  const std::lock_guard lock(mutex_);
  return segments_.empty() ? std::nullopt : std::optional(segments_.front());
}

size_t Segments::count() const {
  const std::lock_guard lock(mutex_);
  return segments_.size();
}

uint64_t Segments::octets() const {
  const std::lock_guard lock(mutex_);
  uint64_t octets = 0;
  for (const Segment& segment : segments_) octets += segment.octets;
  return octets;
}

uint64_t Segments::begin() const {
  const std::lock_guard lock(mutex_);
  return segments_.empty() ? end_ : segments_.front().first;
}

uint64_t Segments::end() const {
  const std::lock_guard lock(mutex_);
  return end_;
}

std::vector<std::pair<Loss, uint64_t>> Segments::gone(uint64_t from, uint64_t to) const {
  const std::lock_guard lock(mutex_);
  std::vector<std::pair<Loss, uint64_t>> reasons;
  for (const Removal& removal : removals_) {
    if (removal.end <= from || from >= to) continue;
    const uint64_t until = std::min(removal.end, to);
    reasons.emplace_back(removal.loss, until - from);
    from = until;
  }
  const uint64_t begin = segments_.empty() ? end_ : segments_.front().first;
  if (const uint64_t until = std::min(begin, to); from < until) {
    reasons.emplace_back(Loss::kJournalEvicted, until - from);
    from = until;
  }
  if (from < to) reasons.emplace_back(Loss::kJournalDamaged, to - from);
  return reasons;
}

void Segments::add(Segment segment) {
  const std::lock_guard lock(mutex_);
  CHECK(segment.first >= end_);
  end_ = std::max(end_, segment.end);
  segments_.push_back(std::move(segment));
}

void Segments::publish(uint64_t end, uint64_t octets) {
  const std::lock_guard lock(mutex_);
  CHECK(!segments_.empty() && end >= end_);
  segments_.back().end = end_ = end;
  segments_.back().octets = octets;
}

void Segments::seal(uint64_t octets) {
  const std::lock_guard lock(mutex_);
  segments_.back().sealed = true;
  segments_.back().octets = octets;
}

void Segments::replace(uint64_t first, std::string path, uint64_t octets) {
  const std::lock_guard lock(mutex_);
  for (Segment& segment : segments_)
    if (segment.first == first) {
      segment.path = std::move(path);
      segment.octets = octets;
    }
}

void Segments::remove_oldest(std::optional<Loss> why) {
  const std::lock_guard lock(mutex_);
  if (segments_.empty()) return;
  if (why) removals_.push_back({segments_.front().end, *why});
  if (removals_.size() > kMostRemovals) removals_.pop_front();
  segments_.pop_front();
}

std::string segment_path(const std::string& folder, uint64_t first) {
  return fmt::format("{}/{:020}.fstrm", folder, first);
}

}  // namespace weir::flow::journal
