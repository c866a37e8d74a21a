// The questions that are being asked, and the clients that wait for each: equal questions are asked
// once (one in flight per name, type and DNSSEC wish is also what defeats birthday attacks, RFC
// 5452).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "base/containers/slab.h"
#include "edge/cache/cache.h"
#include "edge/failover/failover.h"
#include "edge/query.h"
#include "edge/upstream.h"
#include "model/refresher.h"

namespace weir::edge {

/// Who wants to know how a flight ends without being a client: `told` is null when nobody does.
struct Watcher {
  std::shared_ptr<const model::Refresher::Told> told;
  size_t index = 0;
};

/// A client that waits. Waiters of a flight form a list, first come first.
struct Waiter {
  Query query;
  uint64_t next = 0;  // handle; 0 at the end
};

struct Flight {
  CacheKey key;
  Instant started;
  Instant deadline;  // of the whole question; nobody waits longer
  Instant asked;     // the attempt under way
  size_t upstream = 0;
  Tried tried;
  unsigned attempts = 0;
  std::optional<AskFailure> last_failure;
  uint64_t first_waiter = 0;
  uint64_t last_waiter = 0;
  size_t waiters = 0;
  Watcher watcher;
  AskToken next_in_bucket = 0;  // handle; 0 at the end
  bool cached = false;          // nobody is asked: the answer was in the cache
  Octets held;                  // the answer, while it waits to be let out
};

class Flights {
 public:
  /// At most `most_queries` waiters in all, `most_waiting` for one question.
  Flights(size_t most_queries, size_t most_waiting);

  AskToken find(const CacheKey& key);  // 0: nobody asks this
  Flight* get(AskToken token) { return flights_.find(token); }
  /// A new flight without waiters; 0 when there are too many.
  AskToken begin(const CacheKey& key);
  /// False when too many wait already.
  bool join(Flight& flight, const Query& query);
  /// Takes the first waiter off; gives false when none is left. The query is copied to `query`.
  bool next_waiter(Flight& flight, Query& query);
  /// The flight is over; its waiters are gone already.
  void end(AskToken token);
  size_t size() const { return flights_.size(); }
  size_t waiting() const { return waiters_.size(); }

 private:
  AskToken& bucket(uint64_t hash) { return buckets_[hash & (buckets_.size() - 1)]; }

  Slab<Flight> flights_;
  Slab<Waiter> waiters_;
  std::vector<AskToken> buckets_;
  size_t most_waiting_;
};

}  // namespace weir::edge
