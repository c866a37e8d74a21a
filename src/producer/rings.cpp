// A thread's seats: which of its rings belongs to which producer.
#include "producer/rings.h"

#include <algorithm>

namespace weir::producer {

constinit thread_local Rings::Latest Rings::latest;

namespace {

uint64_t next_id() {
  static std::atomic<uint64_t> last{0};
  return last.fetch_add(1, std::memory_order_relaxed) + 1;
}

// Seen by calls from destructors of the thread's other variables, which may run after ours.
constinit thread_local bool thread_is_ending = false;

}  // namespace

/// The rings of one thread; they are left when it ends.
class Seats {
 public:
  ~Seats() {
    thread_is_ending = true;
    Rings::latest = {};
    for (const Seat& seat : seats_) seat.ring->leave();
  }
  Ring* find(uint64_t rings) const {
    const auto found =
        std::ranges::find_if(seats_, [&](const Seat& seat) { return seat.rings == rings; });
    return found == seats_.end() ? nullptr : found->ring.get();
  }
  void take(uint64_t rings, std::shared_ptr<Ring> ring) {
    // Those that nobody else has belonged to a producer that is gone.
    std::erase_if(seats_, [](const Seat& seat) { return seat.ring.use_count() == 1; });
    seats_.push_back({rings, std::move(ring)});
  }

 private:
  struct Seat {
    uint64_t rings;
    std::shared_ptr<Ring> ring;
  };
  std::vector<Seat> seats_;
};

Rings::Rings(size_t ring_octets, size_t most_threads, bool may_wait)
    : id_(next_id()), ring_octets_(ring_octets), most_threads_(most_threads), may_wait_(may_wait) {}

Ring* Rings::find_mine() {
  if (thread_is_ending) return nullptr;
  static thread_local Seats seats;
  Ring* ring = seats.find(id_);
  if (ring == nullptr) {
    std::shared_ptr<Ring> made = make();
    if (!made) return nullptr;
    ring = made.get();
    seats.take(id_, std::move(made));
  }
  latest = {id_, ring};
  return ring;
}

std::shared_ptr<Ring> Rings::make() {
  if (count_.fetch_add(1, std::memory_order_relaxed) >= most_threads_) {
    count_.fetch_sub(1, std::memory_order_relaxed);
    return nullptr;
  }
  auto ring = std::make_shared<Ring>(ring_octets_, may_wait_);
  const std::lock_guard lock(mutex_);
  rings_.push_back(ring);
  return ring;
}

const std::vector<std::shared_ptr<Ring>>& Rings::all() {
  const std::lock_guard lock(mutex_);
  const auto done = std::partition(rings_.begin(), rings_.end(),
                                   [](const auto& ring) { return !ring->is_done(); });
  for (auto ring = done; ring != rings_.end(); ++ring) add(past_, **ring);
  count_.fetch_sub(static_cast<size_t>(rings_.end() - done), std::memory_order_relaxed);
  rings_.erase(done, rings_.end());
  if (seen_ != rings_) seen_ = rings_;
  return seen_;
}

void Rings::add(Totals& totals, const Ring& ring) {
  // What was accepted is read first: then what waits is never more than what waited at that moment,
  // and so never more than there is room for. What was settled since had been accepted before.
  uint64_t accepted = ring.calls().read(tap::Outcome::kAccepted);
  uint64_t settled = ring.settled().read(tap::Outcome::kAccepted);
  totals.sent += settled;
  for (size_t i = 1; i < tap::kOutcomes; ++i) {
    const uint64_t lost = ring.settled().read(static_cast<tap::Outcome>(i));
    const uint64_t refused = ring.calls().read(static_cast<tap::Outcome>(i));
    totals.dropped[i] += lost + refused;
    totals.produced += refused;
    settled += lost;
  }
  accepted = std::max(accepted, settled);
  totals.produced += accepted;
  totals.queued += accepted - settled;
}

Totals Rings::totals() const {
  const std::lock_guard lock(mutex_);
  Totals totals = past_;
  for (size_t i = 1; i < tap::kOutcomes; ++i) {
    const uint64_t refused = refused_[i].load(std::memory_order_relaxed);
    totals.dropped[i] += refused;
    totals.produced += refused;
  }
  for (const auto& ring : rings_) add(totals, *ring);
  totals.threads = rings_.size();
  return totals;
}

}  // namespace weir::producer
