// From rings to lanes; between times a look at what was lost.
#include "flow/router.h"

#include <algorithm>

namespace weir::flow {
namespace {

// Losses are looked for this often; it is the resolution of gaps.
constexpr Duration kLookEvery = 1s;
// Taken from one tap before the next one has its turn.
constexpr size_t kTurn = 16;

}  // namespace

Router::~Router() {
  finishing_ = true;
  bell_.ring();
  join();
}

void Router::add_lane(Lane& lane, std::shared_ptr<SinkBook> book, Takes takes) {
  watch_.watch(std::move(book));
  if (lane.durable()) return durable_.push_back(&lane);
  if (takes == Takes::kAll) groups_.emplace_back();
  groups_.back().lanes.push_back(&lane);
}

void Router::add_tap(RingTap& tap) {
  const std::lock_guard lock(mutex_);
  const bool known = std::any_of(taps_.begin(), taps_.end(),
                                 [&](RingTap* other) { return &other->book() == &tap.book(); });
  taps_.push_back(&tap);
  if (!known) watch_.watch(tap.shared_book());
}

void Router::start() {
  next_look_ = clock_.now() + kLookEvery;
  thread_ = std::thread([this] { run(); });
}

void Router::finish(Instant deadline) {
  finishing_ = true;
  bell_.ring();
  if (thread_.joinable()) ended_.wait(std::max(deadline - clock_.now(), Duration::zero()));
}

void Router::join() {
  if (thread_.joinable()) thread_.join();
}

void Router::run() {
  for (;;) {
    const bool last_round = finishing_.load();
    const bool moved = drain();
    if (clock_.now() >= next_look_ || (last_round && !moved)) look_for_losses();
    if (moved) continue;
    if (last_round) break;
    bell_.wait(kLookEvery);
  }
  ended_.ring();
}

/// One turn of every tap; true when there was anything.
bool Router::drain() {
  bool moved = false;
  std::vector<RingTap*> taps;
  {
    const std::lock_guard lock(mutex_);
    taps = taps_;
  }
  for (RingTap* tap : taps)
    for (size_t i = 0; i < kTurn; ++i) {
      const auto batch = tap->take();
      if (!batch) break;
      dispatch(*batch, tap->book());
      moved = true;
    }
  return moved;
}

void Router::dispatch(const model::SharedBatch& batch, SourceBook& book) {
  for (Group& group : groups_) group.lanes[group.next++ % group.lanes.size()]->offer(batch);
  if (journal_ != nullptr) journal_->offer(batch, waits_for_journal_);
  book.forward(batch->size());
}

void Router::look_for_losses() {
  next_look_ = clock_.now() + kLookEvery;
  std::vector<Gap> gaps;
  {
    const std::lock_guard lock(mutex_);
    gaps = watch_.look();
  }
  for (const Gap& gap : gaps) {
    for (const Group& group : groups_) group.lanes.front()->note(gap);
    for (Lane* lane : durable_) lane->note(gap);
  }
}

}  // namespace weir::flow
