// An immutable value that is swapped whole: settings and lists are read by many threads and
// replaced by one. (std::atomic<std::shared_ptr> draws a ThreadSanitizer report in this toolchain.)
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <utility>

namespace weir {

/// The published value. Readers on hot paths keep a `SnapshotReader` each.
template <typename T>
class Snapshot {
 public:
  explicit Snapshot(std::shared_ptr<const T> value) : value_(std::move(value)) {}

  void publish(std::shared_ptr<const T> value) {
    {
      const std::lock_guard lock(mutex_);
      value_.swap(value);
    }
    version_.fetch_add(1, std::memory_order_release);
  }
  std::shared_ptr<const T> read() const {
    const std::lock_guard lock(mutex_);
    return value_;
  }
  uint64_t version() const { return version_.load(std::memory_order_acquire); }

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<const T> value_;
  std::atomic<uint64_t> version_{1};
};

/// One thread's view: a version check on the usual path, the lock only after a swap.
template <typename T>
class SnapshotReader {
 public:
  explicit SnapshotReader(const Snapshot<T>& source) : source_(&source) {}
  const T& get() {
    if (const uint64_t version = source_->version(); version != seen_) {
      seen_ = version;
      value_ = source_->read();
    }
    return *value_;
  }

 private:
  const Snapshot<T>* source_;
  uint64_t seen_ = 0;
  std::shared_ptr<const T> value_;
};

}  // namespace weir
