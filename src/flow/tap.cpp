// Recording: one copy into the builder, one push per batch. Nothing here blocks unless the source
// said that it can wait.
#include "flow/tap.h"

#include <new>

namespace weir::flow {
namespace {

// How often a waiting producer looks whether the flow has stopped.
constexpr Duration kPatience = 100ms;

}  // namespace

RingTap::RingTap(std::shared_ptr<SourceBook> book, uint16_t source, const BatchSettings& settings,
                 bool waits, Bell& router, const QueryFilter* only)
    : book_(std::move(book)),
      count_(book_->open_tap()),
      waits_(waits),
      router_(router),
      only_(only),
      builder_(source, settings.observations, settings.octets),
      ring_(settings.ring_batches) {}

void RingTap::record(const model::Observation& observation) noexcept {
  if (only_ != nullptr && !only_->matches(observation)) return;
  receive(1);
  if (closed_.load(std::memory_order_relaxed)) return book_->drop(Loss::kClosed, 1);
  try {
    keep(observation);
  } catch (const std::bad_alloc&) {
    book_->drop(Loss::kNoMemory, 1);
  }
}

/// The producer is the only writer: a plain add, published for readers of the ledger.
void RingTap::receive(uint64_t count) {
  count_.received.store(count_.received.load(std::memory_order_relaxed) + count,
                        std::memory_order_release);
}

void RingTap::lose(uint64_t count) noexcept {
  receive(count);
  book_->drop(Loss::kMissed, count);
}

void RingTap::keep(const model::Observation& observation) {
  if (builder_.add(observation)) return;
  hand_over();
  static_cast<void>(builder_.add(observation));  // an empty builder takes any observation
}

/// To record is to push one batch at most. After the end nothing needs room: it is counted.
bool RingTap::has_room() noexcept {
  return !ring_.full() || closed_.load(std::memory_order_relaxed);
}

void RingTap::flush() noexcept {
  if (!builder_.empty()) hand_over();
}

void RingTap::hand_over() {
  const size_t size = builder_.size();
  model::SharedBatch batch = builder_.seal(book_->take_sequence(size));
  if (push(batch)) {
    router_.ring();
  } else {
    book_->drop(closed_.load(std::memory_order_relaxed) ? Loss::kClosed : Loss::kRingFull, size);
  }
}

bool RingTap::push(model::SharedBatch& batch) {
  while (!closed_.load(std::memory_order_acquire)) {
    if (ring_.push(std::move(batch))) return true;
    if (!waits_) return false;
    room_.wait(kPatience);
  }
  return false;
}

std::optional<model::SharedBatch> RingTap::take() {
  auto batch = ring_.pop();
  if (batch && waits_) room_.ring();
  return batch;
}

void RingTap::close() {
  closed_.store(true, std::memory_order_release);
  room_.ring();
}

}  // namespace weir::flow
