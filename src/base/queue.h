// Bounded queues between threads: a lock-free ring for one producer and one consumer, and a
// blocking queue for lanes. Both refuse when full: what that means is the owner's policy, and it is
// counted there.
#pragma once

#include <atomic>
#include <bit>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "base/clock.h"

namespace weir {

/// One producer thread, one consumer thread; capacity is rounded up to a power of two.
template <typename T>
class SpscRing {
 public:
  explicit SpscRing(size_t capacity) : slots_(std::bit_ceil(capacity)), mask_(slots_.size() - 1) {}

  /// False, and `value` untouched, when the ring is full.
  bool push(T&& value) {
    if (full()) return false;
    const size_t tail = tail_.load(std::memory_order_relaxed);
    slots_[tail & mask_] = std::move(value);
    tail_.store(tail + 1, std::memory_order_release);
    return true;
  }
  /// For the producer: whether `push` would refuse. Looks at the consumer's side only when it must.
  bool full() {
    const size_t tail = tail_.load(std::memory_order_relaxed);
    if (tail - seen_head_ <= mask_) return false;
    seen_head_ = head_.load(std::memory_order_acquire);
    return tail - seen_head_ > mask_;
  }
  std::optional<T> pop() {
    const size_t head = head_.load(std::memory_order_relaxed);
    if (head == tail_.load(std::memory_order_acquire)) return std::nullopt;
    std::optional<T> value(std::move(slots_[head & mask_]));
    head_.store(head + 1, std::memory_order_release);
    return value;
  }
  size_t size() const {
    return tail_.load(std::memory_order_acquire) - head_.load(std::memory_order_acquire);
  }
  size_t capacity() const { return slots_.size(); }

 private:
  std::vector<T> slots_;
  size_t mask_;
  alignas(64) std::atomic<size_t> head_{0};
  alignas(64) std::atomic<size_t> tail_{0};
  size_t seen_head_ = 0;  // the producer's
};

/// Any number of producers and consumers; consumers wait.
template <typename T>
class BlockingQueue {
 public:
  explicit BlockingQueue(size_t capacity) : capacity_(capacity) {}

  /// False, and `value` untouched, when full or closed.
  bool try_push(T&& value) {
    {
      const std::lock_guard lock(mutex_);
      if (closed_ || items_.size() >= capacity_) return false;
      items_.push_back(std::move(value));
    }
    filled_.notify_one();
    return true;
  }
  /// Waits for room; false, and `value` untouched, when closed.
  bool push(T&& value) {
    {
      std::unique_lock lock(mutex_);
      drained_.wait(lock, [&] { return closed_ || items_.size() < capacity_; });
      if (closed_) return false;
      items_.push_back(std::move(value));
    }
    filled_.notify_one();
    return true;
  }
  /// Takes the oldest away unasked, for policies that prefer the newest.
  std::optional<T> evict_oldest() {
    std::optional<T> value;
    {
      const std::lock_guard lock(mutex_);
      value = take();
    }
    drained_.notify_one();
    return value;
  }
  /// The oldest, waiting at most `patience`; nothing when none came or closed and empty.
  std::optional<T> pop(Duration patience) {
    std::optional<T> value;
    {
      std::unique_lock lock(mutex_);
      filled_.wait_for(lock, patience, [&] { return closed_ || !items_.empty(); });
      value = take();
    }
    drained_.notify_one();
    return value;
  }
  /// Refuses what comes; what is inside can still be taken.
  void close() {
    {
      const std::lock_guard lock(mutex_);
      closed_ = true;
    }
    filled_.notify_all();
    drained_.notify_all();
  }
  bool closed() const {
    const std::lock_guard lock(mutex_);
    return closed_;
  }
  size_t size() const {
    const std::lock_guard lock(mutex_);
    return items_.size();
  }
  size_t capacity() const { return capacity_; }

 private:
  std::optional<T> take() {
    if (items_.empty()) return std::nullopt;
    std::optional<T> value(std::move(items_.front()));
    items_.pop_front();
    return value;
  }

  const size_t capacity_;
  mutable std::mutex mutex_;
  std::condition_variable filled_;
  std::condition_variable drained_;
  std::deque<T> items_;
  bool closed_ = false;
};

}  // namespace weir
