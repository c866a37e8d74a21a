// The loss ledger. For every source: received = forwarded + dropped + in flight; for every sink:
// received = delivered + withheld + dropped + in flight. Taps, router and lanes count here;
// metrics, the API and the command line read the same numbers.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "metrics/metrics.h"
#include "model/observation.h"

namespace weir::flow {

/// Where and why observations are lost.
enum class Loss : uint8_t {
  kMissed,          // source: the kernel had no room for what it saw
  kRingFull,        // tap: the router did not keep up
  kClosed,          // tap: recorded after the flow had stopped
  kNoMemory,        // tap: no memory for a batch
  kQueueFull,       // queue: the lane's queue was full, the newest went
  kEvicted,         // queue: the lane's queue was full, the oldest went
  kRefused,         // sink: it will not take them, ever
  kShutdown,        // sink: not taken before the deadline of the stop
  kExhausted,       // sink: it was tried as often as it may be, and is tried no more
  kJournalFull,     // journal: it was full, the newest went
  kJournalEvicted,  // journal: it was full, the oldest went
  kJournalExpired,  // journal: older than it keeps anything
  kJournalDamaged,  // journal: not to be read any more
};
inline constexpr size_t kLosses = 13;
std::string_view stage_of(Loss loss);
std::string_view reason_of(Loss loss);

/// Sums by loss; any thread adds, any thread reads.
class LossCounts {
 public:
  void add(Loss loss, uint64_t by) noexcept {
    counts_[static_cast<size_t>(loss)].fetch_add(by, std::memory_order_release);
  }
  uint64_t of(Loss loss) const noexcept {
    return counts_[static_cast<size_t>(loss)].load(std::memory_order_acquire);
  }

 private:
  std::array<std::atomic<uint64_t>, kLosses> counts_{};
};

/// What one tap received; only its producer thread writes.
struct alignas(64) TapCount {
  std::atomic<uint64_t> received{0};
};

struct Dropped {
  std::string_view stage;
  std::string_view reason;
  uint64_t count = 0;
};

/// One side of the ledger as it was when read. `passed_on` is forwarded (source) or delivered
/// (sink).
struct Account {
  std::string name;
  uint64_t received = 0;
  uint64_t passed_on = 0;
  uint64_t in_flight = 0;
  uint64_t withheld = 0;         // from a sink, by its filter or by sampling: no loss
  uint64_t restored = 0;         // of `received`: what a former run left in the journal
  std::vector<Dropped> dropped;  // only what is not zero

  uint64_t dropped_total() const;
};

/// A source's account: all its taps together.
class SourceBook {
 public:
  SourceBook(std::string name, model::SourceKind kind) : name_(std::move(name)), kind_(kind) {}
  TapCount& open_tap();
  void forward(uint64_t count) noexcept { forwarded_.fetch_add(count, std::memory_order_release); }
  void drop(Loss loss, uint64_t count) noexcept { losses_.add(loss, count); }
  /// The first of `count` consecutive sequence numbers that nobody else has.
  uint64_t take_sequence(uint64_t count) noexcept {
    return sequence_.fetch_add(count, std::memory_order_relaxed);
  }

  const std::string& name() const { return name_; }
  model::SourceKind kind() const { return kind_; }
  const LossCounts& losses() const { return losses_; }
  uint64_t received() const;
  uint64_t forwarded() const { return forwarded_.load(std::memory_order_acquire); }
  Account read() const;

 private:
  const std::string name_;
  const model::SourceKind kind_;
  mutable std::mutex mutex_;  // guards the list, not the counts
  std::deque<TapCount> taps_;
  std::atomic<uint64_t> forwarded_{0};
  std::atomic<uint64_t> sequence_{1};
  LossCounts losses_;
};

/// A sink's account, kept by its lane (and by the router, which fills the lane's queue).
class SinkBook {
 public:
  explicit SinkBook(std::string name) : name_(std::move(name)) {}
  void receive(uint64_t count) noexcept { received_.fetch_add(count, std::memory_order_release); }
  /// What a former run received and journalled, and this one will deliver.
  void restore(uint64_t count) noexcept {
    restored_.fetch_add(count, std::memory_order_release);
    receive(count);
  }
  void deliver(uint64_t count) noexcept { delivered_.fetch_add(count, std::memory_order_release); }
  void withhold(uint64_t count) noexcept { withheld_.fetch_add(count, std::memory_order_release); }
  void drop(Loss loss, uint64_t count) noexcept { losses_.add(loss, count); }

  const std::string& name() const { return name_; }
  const LossCounts& losses() const { return losses_; }
  uint64_t received() const { return received_.load(std::memory_order_acquire); }
  uint64_t delivered() const { return delivered_.load(std::memory_order_acquire); }
  uint64_t withheld() const { return withheld_.load(std::memory_order_acquire); }
  uint64_t restored() const { return restored_.load(std::memory_order_acquire); }
  Account read() const;

 private:
  const std::string name_;
  std::atomic<uint64_t> received_{0};
  std::atomic<uint64_t> delivered_{0};
  std::atomic<uint64_t> withheld_{0};
  std::atomic<uint64_t> restored_{0};
  LossCounts losses_;
};

/// All accounts of a flow. Books are never removed; metrics share them, so that reading a metric is
/// safe however long it outlives the flow.
class Ledger {
 public:
  explicit Ledger(metrics::Registry& registry) : registry_(&registry) {}

  /// Finds or makes the book of that name.
  std::shared_ptr<SourceBook> source(const std::string& name, model::SourceKind kind);
  std::shared_ptr<SinkBook> sink(const std::string& name);

  std::vector<Account> read_sources() const;
  std::vector<Account> read_sinks() const;
  /// One line an account: `source edge: received 12 = forwarded 10 + in flight 1 + dropped 1 (…)`.
  std::vector<std::string> lines() const;

 private:
  metrics::Registry* registry_;
  mutable std::mutex mutex_;
  std::vector<std::shared_ptr<SourceBook>> sources_;
  std::vector<std::shared_ptr<SinkBook>> sinks_;
};

}  // namespace weir::flow
