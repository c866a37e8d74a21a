// Positions, and the mark where the rest of the ring is not used.
#include "producer/ring.h"

#include <algorithm>
#include <bit>

#include "base/check.h"
#include "proto/dnstap/frames.h"

namespace weir::producer {

using dnstap::kDataHeader;

Ring::Ring(size_t size_octets, bool may_wait)
    : mask_(std::bit_ceil(size_octets) - 1),
      octets_(std::make_unique_for_overwrite<uint8_t[]>(mask_ + 1)),
      room_(may_wait ? std::make_unique<Doorbell>() : nullptr) {}

uint8_t* Ring::reserve(size_t octets) {
  const uint64_t tail = tail_.load(std::memory_order_relaxed);
  const size_t to_end = size() - (tail & mask_);
  const size_t unused = octets > to_end ? to_end : 0;
  const uint64_t needed = tail + unused + octets;
  if (needed - seen_head_ > size()) {
    seen_head_ = head_.load(std::memory_order_acquire);
    if (needed - seen_head_ > size()) return nullptr;
  }
  if (unused >= kDataHeader) store_u32(&octets_[tail & mask_], 0);
  reserved_ = tail + unused;
  return &octets_[reserved_ & mask_];
}

void Ring::commit(size_t octets) {
  calls_.add(tap::Outcome::kAccepted);
  // In one order with Writer's mood: either it sees the frame or the caller sees it asleep.
  tail_.store(reserved_ + octets);
}

void Ring::await_room(Duration patience) {
  CHECK(room_ != nullptr);
  waits_.store(true);
  if (head_.load() == seen_head_) room_->wait(patience);
  waits_.store(false);
}

Ring::Part Ring::oldest(size_t most_octets) {
  uint64_t head = head_.load(std::memory_order_relaxed);
  const uint64_t tail = tail_.load(std::memory_order_acquire);
  if (head == tail) return {};
  const size_t to_end = size() - (head & mask_);
  if (to_end < kDataHeader || load_u32(&octets_[head & mask_]) == 0) {
    head += to_end;
    head_.store(head, std::memory_order_release);
  }
  const uint8_t* const begin = &octets_[head & mask_];
  const auto here = static_cast<size_t>(std::min<uint64_t>(tail - head, size() - (head & mask_)));
  Part part;
  size_t octets = 0;
  while (here - octets >= kDataHeader) {
    const size_t payload = load_u32(begin + octets);
    if (payload == 0) break;  // the mark
    const size_t frame = kDataHeader + payload;
    if (part.count > 0 && octets + frame > most_octets) break;
    octets += frame;
    ++part.count;
  }
  CHECK(octets <= here);
  part.frames = {begin, octets};
  return part;
}

void Ring::release(size_t octets) {
  head_.store(head_.load(std::memory_order_relaxed) + octets);
  if (waits_.load()) room_->ring();
}

bool Ring::is_done() const { return left_.load(std::memory_order_acquire) && empty(); }

size_t count_frames(Bytes frames) {
  size_t count = 0;
  for (; !frames.empty(); ++count) frames = frames.subspan(kDataHeader + load_u32(frames.data()));
  return count;
}

}  // namespace weir::producer
