// The lane's thread: take, deliver, settle, count; or wait and try again.
#include "flow/lane/lane.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "base/log.h"

namespace weir::flow {
namespace {

// How often an idle lane lets its sink do housekeeping, and look whether its destination is there.
constexpr Duration kIdleTick = 500ms;
// The log hears of batches that were refused at most this often.
constexpr Duration kLogPause = 10s;

std::optional<uint64_t> bound_of(const LaneSettings& settings) {
  if (!settings.retry) return 0;
  if (settings.retry_attempts == 0) return std::nullopt;
  return settings.retry_attempts;
}

}  // namespace

std::string_view to_text(LaneState state) {
  switch (state) {
    case LaneState::kIdle: return "idle";
    case LaneState::kBusy: return "busy";
    case LaneState::kRetrying: return "retrying";
    case LaneState::kExhausted: return "exhausted";
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
      backoff_({.first = settings.retry_base,
                .most = settings.retry_most,
                .attempts = bound_of(settings),
                .jitter_percent = settings.retry_jitter_percent},
               &random_) {}

Lane::~Lane() {
  // Series of metrics may keep a lane alive longer than the clock: it is not asked here, and `read`
  // asks it only while something waits.
  close(Instant::min());
  join();
}

void Lane::start() {
  thread_ = std::thread([this] { run(); });
}

/// No room is no loss: the cursor finds it on disk.
void Lane::offer_journalled(const model::SharedBatch& batch, uint64_t end) {
  Waiting waiting{batch, clock_.now(), end};
  backlog_.try_push(waiting);
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
  hurry_.ring();
}

void Lane::complain(const Error& error) {
  adrift_ = true;
  remember(error);
}

void Lane::close(Instant deadline) {
  deadline_.store(deadline.time_since_epoch().count());
  backlog_.close();
  hurry_.ring();
}

void Lane::join() {
  if (thread_.joinable()) {
    const Instant deadline(Duration(deadline_.load()));
    const bool now = deadline == Instant::min();  // see ~Lane
    const Duration left = now ? Duration::zero() : deadline - clock_.now();
    if (!ended_.wait(std::max(left, Duration::zero()))) sink_->interrupt();
    thread_.join();
  }
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
  tend();  // connects what has to be connected, before there is anything for it
  while (step()) {
  }
  take_leave();
  sink_->close();
  publish(LaneState::kStopped);
  ended_.ring();
}

/// One round: take, attempt, tend. False at the end.
bool Lane::step() {
  const bool placed = find_place();
  if (placed) fill();
  if (reopen_.exchange(false)) begin_anew();
  if (leaves()) return false;
  if (!placed) return true;
  if (!cursor_ && (out_of_time() || exhausted_)) {
    give_up(exhausted_ ? Loss::kExhausted : Loss::kShutdown, pending_.size());
    gaps_in_hand_.clear();
  }
  if (pending_.empty() && gaps_in_hand_.empty()) {
    if (is_done()) return false;
  } else {
    attempt(careful_ > 0 ? 1 : pending_.size());
  }
  tend();
  return true;
}

bool Lane::is_done() const {
  return backlog_.closed() && (cursor_ ? cursor_->lag() == 0 : backlog_.batches() == 0);
}

/// A durable lane need not hold up the end: what it has not delivered is in the journal.
bool Lane::leaves() const {
  return cursor_ && backlog_.closed() && (out_of_time() || complained_ || exhausted_);
}

void Lane::take_leave() {
  if (!cursor_) return;
  pending_.clear();
  if (const uint64_t lag = cursor_->lag(); lag > 0)
    log::info(
        fmt::format("sink {}: {} observations wait in the journal for the next start", name_, lag));
}

/// False, after a pause, when a durable lane cannot know yet where to go on.
bool Lane::find_place() {
  if (!cursor_ || (!in_doubt_ && !exhausted_)) return true;
  if (exhausted_) {
    hurry_.wait(kIdleTick);
    return false;
  }
  const Status asked = ask_place();
  if (!asked) pause(asked.error());
  return asked.ok();
}

Status Lane::ask_place() {
  TRY(const auto kept, sink_->recall(cursor_->journal()));
  in_doubt_ = false;
  if (!place_)
    begin_at(kept);
  else if (kept && *kept != *place_)
    go_on_from(*kept);
  return Done{};
}

void Lane::begin_at(std::optional<uint64_t> kept) {
  if (kept && *kept > cursor_->left()) {
    log::warning(fmt::format(
        "sink {}: it has more than the journal ever had; it goes on at its end", name_));
    kept = cursor_->left();
  }
  place_ = cursor_->resume(kept);
  cursor_->pass(*place_);
  const uint64_t left = cursor_->left() - *place_;
  book_->restore(left);
  if (left > 0)
    log::info(fmt::format("sink {}: replays {} observations from the journal", name_, left));
}

/// After a failure the destination stands elsewhere than we thought: an attempt had succeeded after
/// all, or what was settled is gone (a standby that lagged took over).
void Lane::go_on_from(uint64_t kept) {
  if (kept < *place_) {
    log::warning(fmt::format("sink {}: {} observations that it had taken are gone; again", name_,
                             *place_ - kept));
    book_->restore(*place_ - kept);
  } else {
    book_->deliver(kept - *place_);
    gaps_in_hand_.clear();
  }
  while (!pending_.empty() && pending_.front().end <= kept) pending_.pop_front();
  if (kept < *place_ || (!pending_.empty() && pending_.front().first() < kept)) {
    pending_.clear();
    cursor_->resume(kept);
  }
  careful_ = 0;
  pass(kept);
  if (pending_.empty()) recover();
}

void Lane::pass(uint64_t end) {
  place_ = end;
  cursor_->pass(end);
}

void Lane::tend() {
  if (exhausted_ || out_of_time()) return;
  if (const Status tended = sink_->tend(clock_.wall_now()); !tended) {
    adrift_ = true;
    pause(tended.error());
  } else if (adrift_ && pending_.empty()) {
    recover();
  }
}

void Lane::begin_anew() {
  sink_->reopen();
  backoff_.reset();
  adrift_ = adrift_ || exhausted_;
  exhausted_ = false;
}

/// Takes what waits, up to a group; waits for it only when there is nothing in hand.
void Lane::fill() {
  const auto take = [&](size_t most, Duration patience) {
    if (cursor_)
      cursor_->take(backlog_, most, patience, pending_);
    else
      backlog_.take(most, patience, pending_);
  };
  if (pending_.empty()) {
    const bool tries = adrift_ && !exhausted_;  // and has paused already
    if (!tries) publish(exhausted_ ? LaneState::kExhausted : LaneState::kIdle);
    const bool waits = gaps_in_hand_.empty() && !tries;
    take(settings_.group_batches, waits ? kIdleTick : Duration::zero());
  } else if (pending_.size() < settings_.group_batches) {
    take(settings_.group_batches - pending_.size(), Duration::zero());
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
  withheld_ = 0;
  for (size_t i = 0; i < count; ++i) {
    if (cursor_) sink_->place(pending_[i].first());
    TRY_DONE(offer_batch(*pending_[i].batch));
  }
  TRY_DONE(offer_gaps());
  return sink_->settle();
}

Status Lane::offer_batch(const model::Batch& batch) {
  if (!transforms_) return sink_->deliver(batch);
  const model::SharedBatch part = transforms_->apply(batch);
  withheld_ += batch.size() - part->size();
  // A durable lane's sink has to know where it stands.
  return part->size() > 0 || cursor_ ? sink_->deliver(*part) : Status(Done{});
}

Status Lane::offer_gaps() {
  for (const Gap& gap : gaps_in_hand_) TRY_DONE(sink_->note(gap));
  return Done{};
}

void Lane::settled(size_t count) {
  if (cursor_ && count > 0) pass(pending_[count - 1].end);
  uint64_t observations = 0;
  for (size_t i = 0; i < count; ++i) {
    observations += pending_.front().batch->size();
    pending_.pop_front();
  }
  const uint64_t refused = sink_->take_refused();
  book_->deliver(observations - refused - withheld_);
  book_->withhold(withheld_);
  book_->drop(Loss::kRefused, refused);
  gaps_in_hand_.clear();
  careful_ -= std::min(careful_, count);
  if (careful_ == 0) recover();
}

void Lane::failed(const Error& error, size_t count) {
  if (error.retry) return pause(error);
  if (count > 1) {
    careful_ = count;
    return;
  }
  // The last one alone, or gaps alone: it is not wanted, and offering it again will not help.
  if (clock_.now() >= log_again_) {
    log::warning(fmt::format("sink {}: {}", name_, log::escape_text(error.what)));
    log_again_ = clock_.now() + kLogPause;
  }
  give_up(Loss::kRefused, count);
  gaps_in_hand_.clear();
  careful_ -= std::min<size_t>(careful_, 1);
}

void Lane::pause(const Error& error) {
  in_doubt_ = true;
  remember(error);
  const auto wait = backoff_.next();
  if (!wait) return exhaust();
  retries_.fetch_add(1);
  publish(LaneState::kRetrying);
  const Duration left = Instant(Duration(deadline_.load())) - clock_.now();
  hurry_.wait(std::min(*wait, std::max(left, Duration::zero())));
}

void Lane::exhaust() {
  exhausted_ = true;
  publish(LaneState::kExhausted);
  log::warning(fmt::format("sink {}: given up; what comes {} until weir is told to reload", name_,
                           cursor_ ? "stays in the journal" : "is lost"));
}

void Lane::give_up(Loss loss, size_t count) {
  if (cursor_ && count > 0) pass(pending_[count - 1].end);
  uint64_t observations = 0, shown = 0;
  for (size_t i = 0; i < count; ++i) {
    const model::Batch& batch = *pending_.front().batch;
    observations += batch.size();
    shown += transforms_ ? transforms_->apply(batch)->size() : batch.size();
    pending_.pop_front();
  }
  book_->drop(loss, observations);
  sink_->give_up(shown);
}

bool Lane::out_of_time() const {
  return clock_.now().time_since_epoch().count() >= deadline_.load();
}

void Lane::publish(LaneState state) {
  in_hand_since_.store(pending_.empty() ? 0 : pending_.front().since.time_since_epoch().count());
  state_.store(state);
}

/// One line in the log an outage, however often it is tried.
void Lane::remember(const Error& error) {
  {
    const std::lock_guard lock(mutex_);
    last_error_ = error.what;
  }
  if (std::exchange(complained_, true)) return;
  log::warning(fmt::format("sink {}: {}", name_, log::escape_text(error.what)));
}

void Lane::recover() {
  backoff_.reset();
  adrift_ = false;
  {
    const std::lock_guard lock(mutex_);
    last_error_.clear();
  }
  if (std::exchange(complained_, false)) log::info(fmt::format("sink {}: well again", name_));
}

}  // namespace weir::flow
