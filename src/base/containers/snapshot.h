// A value that one owner replaces whole while many threads read it. Readers never wait for the
// making of a new one: that is done before, and only the change of a pointer is under the lock.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <utility>

namespace weir {

template <typename T>
class Snapshot {
 public:
  using Shared = std::shared_ptr<const T>;

  Snapshot() = default;
  explicit Snapshot(Shared first) : value_(std::move(first)) {}

  void publish(Shared next) {
    {
      const std::lock_guard lock(mutex_);
      value_.swap(next);
      version_.fetch_add(1, std::memory_order_release);
    }
    // What was there before ends here, outside the lock, unless a reader still has it.
  }
  /// What is current; null before the first.
  Shared get() const {
    const std::lock_guard lock(mutex_);
    return value_;
  }

  /// One thread's view: it takes the lock only after a change, and keeps what it last saw alive
  /// until it looks again.
  class Reader {
   public:
    explicit Reader(const Snapshot& of) : of_(&of) { refresh(); }

    /// The current value, valid until the next call; null before the first was published.
    const T* look() {
      if (of_->version_.load(std::memory_order_acquire) != seen_) refresh();
      return value_.get();
    }

   private:
    void refresh() {
      const std::lock_guard lock(of_->mutex_);
      seen_ = of_->version_.load(std::memory_order_relaxed);
      value_ = of_->value_;
    }

    const Snapshot* of_;
    uint64_t seen_ = 0;
    Shared value_;
  };

 private:
  mutable std::mutex mutex_;
  Shared value_;
  std::atomic<uint64_t> version_{0};
};

}  // namespace weir
