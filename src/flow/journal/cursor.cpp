// Choosing between memory and disk, and saying what is not there any more.
#include "flow/journal/cursor.h"

#include <algorithm>

#include "base/log.h"

namespace weir::flow::journal {

Cursor::Cursor(std::shared_ptr<const Segments> segments, std::string journal, uint64_t left,
               OffsetFile offset, const BatchSettings& batch, const Clock& clock,
               std::shared_ptr<SinkBook> book)
    : segments_(std::move(segments)),
      journal_(std::move(journal)),
      left_(left),
      offset_(std::move(offset)),
      clock_(clock),
      book_(std::move(book)),
      builder_(0, batch.observations, batch.octets) {
  // A lane that is new here has nothing to catch up with.
  next_ = std::min(offset_.value().value_or(left_), left_);
  pass(next_);
}

uint64_t Cursor::resume(std::optional<uint64_t> kept) {
  if (kept && *kept != next_) {
    next_ = *kept;
    near_.clear();
    reader_.reset();
  }
  return next_;
}

uint64_t Cursor::lag() const {
  const uint64_t end = segments_->end();
  return end - std::min(end, passed_.load());
}

void Cursor::pass(uint64_t position) {
  passed_ = position;
  const Status written = offset_.write(position);
  if (written.ok() == wrong_.load()) {
    wrong_ = !written;
    if (!written) log::warning("journal: " + written.error().what);
  }
}

void Cursor::take(Backlog& backlog, size_t most, Duration patience, std::deque<Waiting>& out) {
  const size_t before = out.size();
  while (take_near(backlog, most, before + most, out)) {
  }
  if (out.size() > before || patience == Duration::zero()) return;
  backlog.take(1, patience, near_);
  while (take_near(backlog, most, before + most, out)) {
  }
}

/// One step; false when there is nothing more to take, or enough.
bool Cursor::take_near(Backlog& backlog, size_t most, size_t wanted, std::deque<Waiting>& out) {
  if (out.size() >= wanted) return false;
  if (near_.empty()) backlog.take(most, Duration::zero(), near_);
  while (!near_.empty() && near_.front().end <= next_) near_.pop_front();
  const size_t batches = wanted - out.size();
  if (near_.empty()) return read(segments_->end(), batches, out);
  const uint64_t first = near_.front().first();
  if (first != next_) return read(first > next_ ? first : near_.front().end, batches, out);
  next_ = near_.front().end;
  out.push_back(std::move(near_.front()));
  near_.pop_front();
  return true;
}

/// From disk, not beyond `limit`. False when the position did not move.
bool Cursor::read(uint64_t limit, size_t batches, std::deque<Waiting>& out) {
  const uint64_t before = next_;
  const size_t wanted = out.size() + batches;
  while (next_ < limit && out.size() < wanted) {
    if (const uint64_t begin = segments_->begin(); next_ < begin) {
      lose(std::min(begin, limit), out);
      continue;
    }
    const auto segment = segments_->find(next_);
    if (!segment) break;
    const uint64_t until = std::min(limit, segment->end);
    if (open(*segment))
      read_segment(until, wanted, out);
    else if (const auto now = segments_->find(next_); now && now->path == segment->path)
      lose(until, out);  // else it was compressed or removed meanwhile, and is looked for again
  }
  give_out(out);
  return next_ > before;
}

/// Has the reader stand before the next record or at it.
bool Cursor::open(const Segment& segment) {
  if (reader_ && reader_->first() == segment.first && reader_->position() <= next_) return true;
  reader_.reset();
  auto opened = SegmentReader::open(segment);
  if (opened) reader_.emplace(*std::move(opened));
  return opened.ok();
}

void Cursor::read_segment(uint64_t until, size_t wanted, std::deque<Waiting>& out) {
  while (next_ < until && out.size() < wanted) {
    const uint64_t position = reader_->position();
    const auto payload = reader_->next();
    if (!payload) {  // torn, where it should not be
      reader_.reset();
      return lose(until, out);
    }
    if (position < next_) continue;
    const model::Observation* const observation = records_.read(*payload);
    if (observation == nullptr) {
      lose(next_ + 1, out);
      continue;
    }
    if (!builder_.add(*observation)) {
      give_out(out);
      static_cast<void>(builder_.add(*observation));  // an empty one takes any
    }
    ++next_;
  }
}

/// What stands before `until` cannot be had; a batch has no holes.
void Cursor::lose(uint64_t until, std::deque<Waiting>& out) {
  give_out(out);
  for (const auto& [loss, count] : segments_->gone(next_, until)) book_->drop(loss, count);
  next_ = until;
}

void Cursor::give_out(std::deque<Waiting>& out) {
  if (builder_.empty()) return;
  auto batch = builder_.seal_as_numbered();
  const Instant when = since(*batch);
  out.push_back({std::move(batch), when, next_});
}

/// When its first observation was seen, as far as clocks agree.
Instant Cursor::since(const model::Batch& batch) const {
  const Duration age = clock_.wall_now() - batch.observations()[0].time();
  return clock_.now() - std::clamp(age, Duration::zero(), Duration(24h * 365));
}

}  // namespace weir::flow::journal
