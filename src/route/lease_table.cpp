// The life of a lease: sighted, renewed, in grace, gone; and who has to make room for whom.
#include "route/lease_table.h"

#include <algorithm>

#include "base/check.h"
#include "base/hash.h"

namespace weir::route {
namespace {

constexpr Duration kTick = 100ms;

uint32_t ticks(Duration duration) {
  constexpr int64_t kMost = UINT32_MAX / 4;  // three years
  return static_cast<uint32_t>(std::clamp<int64_t>((duration + kTick - 1ns) / kTick, 0, kMost));
}

}  // namespace

LeaseTable::LeaseTable(Feed& feed, Admission& admission, Instant start, uint64_t seed)
    : LeaseTable(feed, admission, start, seed, Limits{}) {}

LeaseTable::LeaseTable(Feed& feed, Admission& admission, Instant start, uint64_t seed,
                       Limits limits)
    : feed_(feed),
      admission_(admission),
      start_(start),
      seed_(seed),
      limits_(limits),
      names_(seed),
      wheel_(pool_) {}

void LeaseTable::configure(size_t set, const SetPolicy& policy) {
  CHECK(set < names::kMostSets && policy.group < kMostGroups);
  admission_.configure(set, policy);
  if (set >= sets_.size()) sets_.resize(set + 1);
  if (sets_[set] == nullptr) {
    sets_[set] = std::make_unique<Set>(pool_, policy);
    return;
  }
  const bool moves = sets_[set]->policy.group != policy.group;
  sets_[set]->policy = policy;
  sets_[set]->rate = TokenBucket(policy.rate, policy.burst);
  for (LeaseId id = 1; moves && id < pool_.end(); ++id)
    if (pool_[id].route != 0 && pool_[id].set == set) move_to(id, policy.group);
}

void LeaseTable::retire(size_t set, Instant now) {
  review(0, pool_.end(), Farewell::kNow, now, [set](const Provenance& lease) {
    return lease.set == set ? std::optional(Reason::kRevoked) : std::nullopt;
  });
  sets_[set]->grace.close(pool_);
  sets_[set]->fixed.close(pool_);
  sets_[set] = nullptr;
}

Outcome LeaseTable::sight(const Sighting& sighting, Instant now) {
  const SetPolicy& policy = sets_[sighting.set]->policy;
  const Duration life = std::min(std::max(sighting.ttl, policy.floor), policy.ceil);
  return renew_or_make({sighting.set, sighting.name, host_prefix(sighting.address),
                        tick_at_or_after(now + life), Reason::kLearned},
                       now);
}

Outcome LeaseTable::restore(const Sighting& sighting, Instant now) {
  const Duration life = std::min(sighting.ttl, sets_[sighting.set]->policy.ceil);
  return renew_or_make({sighting.set, sighting.name, host_prefix(sighting.address),
                        tick_at_or_after(now + life), Reason::kRestored},
                       now);
}

Outcome LeaseTable::renew_or_make(const Wish& wish, Instant now) {
  const NameId name = names_.find(wish.name);
  const RouteId route = name == 0 ? 0 : feed_.find({wish.prefix, sets_[wish.set]->policy.group});
  if (const LeaseId id = route == 0 ? 0 : find(wish.set, route, name); id != 0) {
    renew(id, wish.expires);
    return {route, false, {}};
  }
  if (const auto refusal = admit(wish, now)) {
    sets_[wish.set]->refused[static_cast<size_t>(*refusal)].add();
    return {0, false, refusal};
  }
  return make(wish);
}

/// An answer never makes a lease shorter.
void LeaseTable::renew(LeaseId id, uint32_t expires) {
  Lease& lease = pool_[id];
  // A quarter of the shortest life: a lease that is renewed all the time is told now and then.
  const uint32_t step = std::max(ticks(sets_[lease.set]->policy.floor) / 4, ticks(1s));
  const bool longer = expires / step > lease.expires / step;
  lease.expires = std::max(lease.expires, expires);
  if (longer) tell_watcher(id);
  if (lease.state != LeaseState::kGrace) return;
  --count_of(lease);
  LeaseRing::remove(pool_, id);
  lease.state = LeaseState::kActive;
  ++count_of(lease);
  wheel_.insert(id);
}

void LeaseTable::tell_watcher(LeaseId id) const {
  const Lease& lease = pool_[id];
  if (watcher_ && lease.name != 0)
    watcher_({lease.set, lease.route, names_.wire(lease.name), feed_[lease.route].address,
              time_of(lease.expires)});
}

std::optional<Refusal> LeaseTable::admit(const Wish& wish, Instant now) {
  Set& set = *sets_[wish.set];
  if (const auto refusal = admission_.refuse(wish.set, wish.prefix)) return refusal;
  LeaseId victim = 0;
  if (const auto refusal = make_room(wish, victim)) return refusal;
  if (wish.reason == Reason::kLearned) {
    const RouteId route = feed_.find({wish.prefix, set.policy.group});
    const bool is_new = route == 0 || !feed_[route].wanted;
    if (is_new && !set.rate.take(now)) return Refusal::kRate;
  }
  if (victim != 0) {
    sets_[pool_[victim].set]->evicted.add();
    drop(victim, Reason::kEvicted);
  }
  return std::nullopt;
}

/// Who would have to go: of the name, else of the set, else of all, what has been in grace for
/// longest. Never what is active.
std::optional<Refusal> LeaseTable::make_room(const Wish& wish, LeaseId& victim) {
  const Set& set = *sets_[wish.set];
  size_t of_name = 0;
  LeaseId oldest = 0;
  const NameId name = wish.name.empty() ? 0 : names_.find(wish.name);
  for (LeaseId id = name == 0 ? 0 : names_.first_use(name); id != 0; id = pool_[id].name_next) {
    if (pool_[id].set != wish.set) continue;
    ++of_name;
    if (pool_[id].state == LeaseState::kGrace &&
        (oldest == 0 || pool_[id].expires < pool_[oldest].expires))
      oldest = id;
  }
  if (of_name >= set.policy.most_per_name) {
    victim = oldest;
    return victim == 0 ? std::optional(Refusal::kNameCap) : std::nullopt;
  }
  if (set.counts.all() >= set.policy.most_leases) {
    victim = set.grace.front(pool_);
    return victim == 0 ? std::optional(Refusal::kSetCap) : std::nullopt;
  }
  if (size_ >= limits_.most_leases) {
    victim = oldest_in_grace();
    return victim == 0 ? std::optional(Refusal::kTotalCap) : std::nullopt;
  }
  return std::nullopt;
}

LeaseId LeaseTable::oldest_in_grace() const {
  LeaseId oldest = 0;
  for (const auto& set : sets_) {
    const LeaseId id = set == nullptr ? 0 : set->grace.front(pool_);
    if (id != 0 && (oldest == 0 || pool_[id].expires < pool_[oldest].expires)) oldest = id;
  }
  return oldest;
}

Outcome LeaseTable::make(const Wish& wish) {
  Set& set = *sets_[wish.set];
  const LeaseId id = pool_.take();
  Lease& lease = pool_[id];
  lease.set = static_cast<uint8_t>(wish.set);
  lease.expires = wish.expires;
  if (wish.name.empty()) {
    lease.state = LeaseState::kStatic;
    set.fixed.push_back(pool_, id);
  } else {
    lease.name = names_.take(wish.name);
    lease.name_next = names_.first_use(lease.name);
    names_.first_use(lease.name) = id;
    wheel_.insert(id);
  }
  const size_t before = feed_.size();
  attach(id, feed_.announce({wish.prefix, set.policy.group}, wish.reason));
  ++count_of(lease);
  ++size_;
  tell_watcher(id);
  return {lease.route, feed_.size() != before, {}};
}

/// Puts a lease without a route, and with all else, behind one.
void LeaseTable::attach(LeaseId id, RouteId to) {
  Lease& lease = pool_[id];
  Route& route = feed_[to];
  lease.route = to;
  lease.route_previous = 0;
  lease.route_next = route.first_lease;
  if (route.first_lease != 0) pool_[route.first_lease].route_previous = id;
  route.first_lease = id;
  index_.insert(hash(lease), id);
}

void LeaseTable::detach(LeaseId id, Reason reason) {
  Lease& lease = pool_[id];
  index_.erase(hash(lease), id);
  Route& route = feed_[lease.route];
  (lease.route_previous == 0 ? route.first_lease : pool_[lease.route_previous].route_next) =
      lease.route_next;
  if (lease.route_next != 0) pool_[lease.route_next].route_previous = lease.route_previous;
  if (route.first_lease == 0) feed_.withdraw(lease.route, reason);
  lease.route = 0;
}

/// The new route comes before the old one goes.
void LeaseTable::move_to(LeaseId id, uint8_t group) {
  const RouteKey key{feed_[pool_[id].route].key().prefix, group};
  const Reason reason = pool_[id].state == LeaseState::kStatic ? Reason::kStatic : Reason::kLearned;
  const RouteId to = feed_.announce(key, reason);
  detach(id, Reason::kRevoked);
  attach(id, to);
}

void LeaseTable::drop(LeaseId id, Reason reason) {
  Lease& lease = pool_[id];
  --count_of(lease);
  --size_;
  LeaseRing::remove(pool_, id);
  detach(id, reason);
  if (lease.name != 0) {
    LeaseId* at = &names_.first_use(lease.name);
    while (*at != id) at = &pool_[*at].name_next;
    *at = lease.name_next;
    names_.give(lease.name);
  }
  pool_.give(id);
}

/// The lease is in no ring.
void LeaseTable::end_active(LeaseId id) {
  Lease& lease = pool_[id];
  Set& set = *sets_[lease.set];
  --set.counts.active;
  lease.state = LeaseState::kGrace;
  ++set.counts.grace;
  set.grace.push_back(pool_, id);
}

/// Drops the first leases whose grace is over, some at a time: their memory is asked for before it
/// is touched. How many there were.
size_t LeaseTable::end_grace(Set& set, uint32_t tick, size_t most) {
  constexpr size_t kAhead = 16;
  std::array<LeaseId, kAhead> due;
  size_t count = 0;
  most = std::min(most, kAhead);
  for (LeaseId id = set.grace.front(pool_); id != 0 && count < most;
       id = set.grace.after(pool_, id)) {
    if (grace_end(pool_[id]) > tick) break;
    __builtin_prefetch(names_.address(pool_[id].name), 1);
    due[count++] = id;
  }
  for (size_t i = 0; i < count; ++i) {
    __builtin_prefetch(index_.place(hash(pool_[due[i]])), 1);
    __builtin_prefetch(names_.place(pool_[due[i]].name), 1);
  }
  for (size_t i = 0; i < count; ++i) drop(due[i], Reason::kExpired);
  return count;
}

size_t LeaseTable::advance(Instant now, size_t most) {
  const uint32_t tick = tick_at_or_before(now);
  size_t steps = most;
  while (const LeaseId id = wheel_.pop(tick, steps)) end_active(id);
  for (const auto& set : sets_) {
    if (set == nullptr) continue;
    while (const size_t ended = end_grace(*set, tick, steps)) steps -= ended;
  }
  return most - steps;
}

std::optional<Instant> LeaseTable::next_due() const {
  std::optional<uint32_t> earliest = wheel_.next();
  for (const auto& set : sets_) {
    const LeaseId id = set == nullptr ? 0 : set->grace.front(pool_);
    if (id == 0) continue;
    const uint32_t end = grace_end(pool_[id]);
    earliest = std::min(earliest.value_or(end), end);
  }
  if (!earliest) return std::nullopt;
  return time_of(*earliest);
}

void LeaseTable::set_networks(size_t set, std::span<const Prefix> networks) {
  std::vector<RouteId> named;
  for (const Prefix& network : networks) {
    const Wish wish{set, {}, masked(network), 0, Reason::kStatic};
    const RouteId known = feed_.find({wish.prefix, sets_[set]->policy.group});
    if (known != 0 && find(set, known, 0) != 0) {
      named.push_back(known);
    } else if (const auto refusal = admit(wish, start_)) {
      sets_[set]->refused[static_cast<size_t>(*refusal)].add();
    } else {
      named.push_back(make(wish).route);
    }
  }
  std::ranges::sort(named);
  std::vector<LeaseId> gone;
  sets_[set]->fixed.each(pool_, [&](LeaseId id) {
    if (!std::ranges::binary_search(named, pool_[id].route)) gone.push_back(id);
  });
  for (const LeaseId id : gone) drop(id, Reason::kRevoked);
}

LeaseId LeaseTable::review(LeaseId from, size_t most, Farewell farewell, Instant now,
                           const Judge& judge) {
  LeaseId id = std::max<LeaseId>(from, 1);
  for (; id < pool_.end() && most != 0; ++id, --most) {
    const Lease& lease = pool_[id];
    if (lease.route == 0) continue;
    const auto reason = judge(provenance(id, now));
    if (!reason) continue;
    if (farewell == Farewell::kNow) {
      drop(id, *reason);
    } else if (lease.state == LeaseState::kActive) {
      // In grace from now on: where the leases of its set stand that end last.
      pool_[id].expires = tick_at_or_before(now);
      LeaseRing::remove(pool_, id);
      end_active(id);
    }
  }
  return id < pool_.end() ? id : 0;
}

void LeaseTable::recheck(Instant now) {
  const auto judge = [this](const Provenance& lease) -> std::optional<Reason> {
    if (!admission_.refuse(lease.set, lease.route.prefix)) return std::nullopt;
    return Reason::kForbidden;
  };
  review(0, pool_.end(), Farewell::kNow, now, judge);
}

void LeaseTable::each_lease(RouteId route, Instant now,
                            const std::function<void(const Provenance&)>& take) const {
  for (LeaseId id = feed_[route].first_lease; id != 0; id = pool_[id].route_next)
    take(provenance(id, now));
}

Provenance LeaseTable::provenance(LeaseId id, Instant now) const {
  const Lease& lease = pool_[id];
  Provenance says{lease.set, lease.state, {}, feed_[lease.route].key(), {}};
  if (lease.state == LeaseState::kStatic) return says;
  says.name = names_.wire(lease.name);
  const bool in_grace = lease.state == LeaseState::kGrace;
  const Instant end = time_of(in_grace ? grace_end(lease) : lease.expires);
  says.left = std::max(Duration{}, end - now);
  return says;
}

LeaseId LeaseTable::find(size_t set, RouteId route, NameId name) const {
  return index_.find(hash(set, route, name), [&](LeaseId id) {
    const Lease& lease = pool_[id];
    return lease.route == route && lease.name == name && lease.set == set;
  });
}

uint64_t LeaseTable::hash(size_t set, RouteId route, NameId name) const {
  const std::array<uint32_t, 3> key{static_cast<uint32_t>(set), route, name};
  return hash64({reinterpret_cast<const uint8_t*>(key.data()), sizeof key}, seed_);
}

size_t& LeaseTable::count_of(const Lease& lease) {
  Counts& counts = sets_[lease.set]->counts;
  switch (lease.state) {
    case LeaseState::kActive: return counts.active;
    case LeaseState::kGrace: return counts.grace;
    case LeaseState::kStatic: break;
  }
  return counts.fixed;
}

uint32_t LeaseTable::tick_at_or_before(Instant time) const {
  return static_cast<uint32_t>(std::max(Duration{}, time - start_) / kTick);
}
uint32_t LeaseTable::tick_at_or_after(Instant time) const { return ticks(time - start_); }
uint32_t LeaseTable::grace_end(const Lease& lease) const {
  return lease.expires + ticks(sets_[lease.set]->policy.grace);
}
Instant LeaseTable::time_of(uint32_t tick) const { return start_ + tick * kTick; }

}  // namespace weir::route
