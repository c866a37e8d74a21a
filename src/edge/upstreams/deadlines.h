// When slots fall due: a wheel of lists, so that thousands of questions need one timer and adding
// or removing one costs the same whatever the number. Exact: a slot never falls due early.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/clock.h"

namespace weir::edge::upstreams {

class Deadlines {
 public:
  Deadlines();
  /// `slot` is a small number and not in the wheel.
  void add(uint32_t slot, Instant due);
  /// Nothing happens when it is not in the wheel.
  void remove(uint32_t slot);
  /// Appends the slots that are due at `now` to `out`, and takes them out of the wheel.
  void take_due(Instant now, std::vector<uint32_t>& out);
  /// When the next one falls due.
  std::optional<Instant> earliest() const;
  size_t size() const { return size_; }

 private:
  static constexpr uint32_t kNone = 0xffffffff;
  static constexpr size_t kBuckets = 1024;
  static constexpr int64_t kTickNanoseconds = int64_t{1} << 23;  // 8.4 ms; a turn takes 8.6 s

  struct Link {
    Instant due;
    uint32_t next = kNone;
    uint32_t previous = kNone;
    uint32_t bucket = kNone;  // kNone: not in the wheel
  };
  static int64_t tick_of(Instant time) {
    return time.time_since_epoch().count() / kTickNanoseconds;
  }
  static size_t bucket_of(int64_t tick) { return static_cast<uint64_t>(tick) % kBuckets; }
  void take_from(size_t bucket, Instant now, std::vector<uint32_t>& out);

  std::vector<Link> links_;  // by slot
  std::array<uint32_t, kBuckets> heads_;
  std::array<uint32_t, kBuckets> tails_;
  int64_t cursor_ = 0;  // every due slot before this tick has been taken
  size_t size_ = 0;
};

}  // namespace weir::edge::upstreams
