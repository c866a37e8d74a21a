// Flights by question, in a chained table, and their waiters, in order of arrival.
#include "edge/flights.h"

#include <bit>

namespace weir::edge {

Flights::Flights(size_t most_queries, size_t most_waiting)
    : flights_(most_queries),
      waiters_(most_queries),
      buckets_(std::bit_ceil(most_queries)),
      most_waiting_(most_waiting) {}

AskToken Flights::find(const CacheKey& key) {
  AskToken token = bucket(key.hash);
  while (token != 0) {
    const Flight& flight = *flights_.find(token);
    if (flight.key == key) return token;
    token = flight.next_in_bucket;
  }
  return 0;
}

AskToken Flights::begin(const CacheKey& key) {
  const auto token = flights_.take();
  if (!token) return 0;
  Flight& flight = *flights_.find(*token);
  flight = Flight{};
  flight.key = key;
  flight.next_in_bucket = bucket(key.hash);
  bucket(key.hash) = *token;
  return *token;
}

bool Flights::join(Flight& flight, const Query& query) {
  if (flight.waiters >= most_waiting_) return false;
  const auto handle = waiters_.take();
  if (!handle) return false;
  Waiter& waiter = *waiters_.find(*handle);
  waiter.query = query;
  waiter.next = 0;
  if (flight.waiters++ == 0) {
    flight.first_waiter = *handle;
  } else {
    waiters_.find(flight.last_waiter)->next = *handle;
  }
  flight.last_waiter = *handle;
  return true;
}

bool Flights::next_waiter(Flight& flight, Query& query) {
  if (flight.waiters == 0) return false;
  const uint64_t handle = flight.first_waiter;
  const Waiter& waiter = *waiters_.find(handle);
  query = waiter.query;
  flight.first_waiter = waiter.next;
  --flight.waiters;
  waiters_.release(handle);
  return true;
}

void Flights::end(AskToken token) {
  Flight& flight = *flights_.find(token);
  CHECK(flight.waiters == 0);
  flight.watcher = {};
  AskToken* link = &bucket(flight.key.hash);
  while (*link != token) link = &flights_.find(*link)->next_in_bucket;
  *link = flight.next_in_bucket;
  flights_.release(token);
}

}  // namespace weir::edge
