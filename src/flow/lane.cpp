// The lane's thread: take, deliver, settle, count; or wait and try again.
#include "flow/lane.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "base/log.h"

namespace weir::flow {
namespace {

// How often an idle lane lets its sink do housekeeping.
constexpr Duration kIdleTick = 1s;
// The log hears of a lane's failures at most this often.
constexpr Duration kLogPause = 10s;

}  // namespace

std::string_view to_text(LaneState state) {
  switch (state) {
    case LaneState::kIdle: return "idle";
    case LaneState::kBusy: return "busy";
    case LaneState::kRetrying: return "retrying";
    case LaneState::kStopped: return "stopped";
  }
  return "unknown";
}

Lane::Lane(std::string name, std::unique_ptr<Sink> sink, const LaneSettings& settings,
           std::shared_ptr<SinkBook> book, const Clock& clock)
    : name_(std::move(name)),
      sink_(std::move(sink)),
      settings_(settings),
      book_(std::move(book)),
      clock_(clock),
      backlog_(settings.queue_batches, settings.queue_octets),
      deadline_(std::numeric_limits<int64_t>::max()),
      pause_(settings.retry_base) {}

Lane::~Lane() {
  // Series of metrics may keep a lane alive longer than the clock: it is not asked here, and `read`
  // asks it only while something waits.
  close(Instant::min());
  join();
}

void Lane::start() {
  thread_ = std::thread([this] { run(); });
}

void Lane::offer(const model::SharedBatch& batch) {
  book_->receive(batch->size());
  Waiting waiting{batch, clock_.now()};
  if (backlog_.try_push(waiting)) return;
  if (settings_.overflow == Overflow::kBlock && backlog_.push(waiting)) return;
  if (settings_.overflow == Overflow::kDropOldest) {
    while (!backlog_.closed()) {
      if (const auto evicted = backlog_.evict_oldest())
        book_->drop(Loss::kEvicted, evicted->batch->size());
      if (backlog_.try_push(waiting)) return;
    }
  }
  book_->drop(backlog_.closed() ? Loss::kShutdown : Loss::kQueueFull, batch->size());
}

void Lane::note(const Gap& gap) {
  const std::lock_guard lock(mutex_);
  if (gaps_.size() < kMostGaps) return gaps_.push_back(gap);
  const auto same = std::find_if(gaps_.rbegin(), gaps_.rend(), [&](const Gap& other) {
    return other.origin == gap.origin && other.stage == gap.stage && other.reason == gap.reason;
  });
  Gap& last = same == gaps_.rend() ? gaps_.back() : *same;
  last.to = gap.to;
  last.count += gap.count;
}

void Lane::reopen() {
  reopen_.store(true);
  backlog_.nudge();
}

void Lane::close(Instant deadline) {
  deadline_.store(deadline.time_since_epoch().count());
  backlog_.close();
  hurry_.ring();
}

void Lane::join() {
  if (thread_.joinable()) thread_.join();
  sink_.reset();
}

LaneReading Lane::read() const {
  LaneReading reading{.name = name_,
                      .state = state_.load(),
                      .queue_batches = backlog_.batches(),
                      .queue_octets = backlog_.octets(),
                      .retries = retries_.load()};
  auto since = backlog_.oldest();
  if (const int64_t in_hand = in_hand_since_.load(); in_hand != 0)
    since = Instant(Duration(in_hand));
  if (since) reading.lag = std::max(clock_.now() - *since, Duration::zero());
  const std::lock_guard lock(mutex_);
  reading.last_error = last_error_;
  return reading;
}

void Lane::run() {
  for (;;) {
    fill();
    if (reopen_.exchange(false)) sink_->reopen();
    if (out_of_time()) {
      give_up(Loss::kShutdown, pending_.size());
      gaps_in_hand_.clear();
    }
    if (pending_.empty() && gaps_in_hand_.empty()) {
      if (backlog_.closed() && backlog_.batches() == 0) break;
    } else {
      attempt(careful_ > 0 ? 1 : pending_.size());
    }
    sink_->tend(clock_.wall_now());
  }
  publish(LaneState::kStopped);
}

/// Takes what waits, up to a group; waits for it only when there is nothing in hand.
void Lane::fill() {
  if (pending_.empty()) {
    publish(LaneState::kIdle);
    backlog_.take(settings_.group_batches, gaps_in_hand_.empty() ? kIdleTick : Duration::zero(),
                  pending_);
  } else if (pending_.size() < settings_.group_batches) {
    backlog_.take(settings_.group_batches - pending_.size(), Duration::zero(), pending_);
  }
  if (!gaps_in_hand_.empty()) return;
  const std::lock_guard lock(mutex_);
  gaps_in_hand_.swap(gaps_);
}

void Lane::attempt(size_t count) {
  publish(LaneState::kBusy);
  const Status outcome = offer_group(count);
  if (outcome) return settled(count);
  failed(outcome.error(), count);
}

Status Lane::offer_group(size_t count) {
  for (size_t i = 0; i < count; ++i) TRY_DONE(sink_->deliver(*pending_[i].batch));
  TRY_DONE(offer_gaps());
  return sink_->settle();
}

Status Lane::offer_gaps() {
  for (const Gap& gap : gaps_in_hand_) TRY_DONE(sink_->note(gap));
  return Done{};
}

void Lane::settled(size_t count) {
  for (size_t i = 0; i < count; ++i) {
    book_->deliver(pending_.front().batch->size());
    pending_.pop_front();
  }
  gaps_in_hand_.clear();
  careful_ -= std::min(careful_, count);
  pause_ = settings_.retry_base;
  if (careful_ == 0) forget_error();
}

void Lane::failed(const Error& error, size_t count) {
  remember(error);
  if (error.retry) {
    retries_.fetch_add(1);
    publish(LaneState::kRetrying);
    const Duration left = Instant(Duration(deadline_.load())) - clock_.now();
    hurry_.wait(std::min(pause_, std::max(left, Duration::zero())));
    pause_ = std::min(2 * pause_, settings_.retry_most);
  } else if (count > 1) {
    careful_ = count;
  } else {
    // The last one alone, or gaps alone: it is not wanted, and offering it again will not help.
    give_up(Loss::kRefused, count);
    gaps_in_hand_.clear();
    careful_ -= std::min<size_t>(careful_, 1);
  }
}

void Lane::give_up(Loss loss, size_t count) {
  for (size_t i = 0; i < count; ++i) {
    book_->drop(loss, pending_.front().batch->size());
    pending_.pop_front();
  }
}

bool Lane::out_of_time() const {
  return clock_.now().time_since_epoch().count() >= deadline_.load();
}

void Lane::publish(LaneState state) {
  in_hand_since_.store(pending_.empty() ? 0 : pending_.front().since.time_since_epoch().count());
  state_.store(state);
}

void Lane::remember(const Error& error) {
  {
    const std::lock_guard lock(mutex_);
    last_error_ = error.what;
  }
  if (clock_.now() < log_again_) return;
  log::warning(fmt::format("sink {}: {}", name_, log::escape_text(error.what)));
  log_again_ = clock_.now() + kLogPause;
  complained_ = true;
}

void Lane::forget_error() {
  {
    const std::lock_guard lock(mutex_);
    last_error_.clear();
  }
  if (std::exchange(complained_, false)) log::info(fmt::format("sink {}: well again", name_));
}

}  // namespace weir::flow
