// All leases, and the routes they stand behind: a route is wanted as long as one lease of it is
// there. Time comes from outside; nothing here waits, reads files or asks the kernel.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "base/clock.h"
#include "metrics/counter.h"
#include "names/name_store.h"
#include "names/rule.h"
#include "route/admission.h"
#include "route/feed.h"
#include "route/lease.h"
#include "route/policy.h"
#include "route/token_bucket.h"
#include "route/wheel.h"

namespace weir::route {

/// An address seen in the answer to a name of a set.
struct Sighting {
  size_t set = 0;
  Bytes name;  // folded wire
  IpAddress address;
  Duration ttl{};
};

/// What became of a sighting.
struct Outcome {
  RouteId route = 0;               // 0 when it was refused
  bool fresh = false;              // the route was not wanted before
  std::optional<Refusal> refusal;  // why there is no lease
};

/// What a lease says for itself to those who ask why there is a route.
struct Provenance {
  size_t set = 0;
  LeaseState state{};
  Bytes name;  // folded wire, until the next change of the table; empty for networks of lists
  RouteKey route;
  Duration left{};  // to the end of its state; zero for networks of lists
};

/// How leases go that nobody wants any more.
enum class Farewell : uint8_t { kNow, kGrace };

class LeaseTable {
 public:
  struct Limits {
    size_t most_leases = 1'000'000;  // of all sets
  };
  /// Feed and admission outlive the table; `start` is the earliest time it will be told.
  LeaseTable(Feed& feed, Admission& admission, Instant start, uint64_t seed);
  LeaseTable(Feed& feed, Admission& admission, Instant start, uint64_t seed, Limits limits);
  LeaseTable(const LeaseTable&) = delete;
  LeaseTable& operator=(const LeaseTable&) = delete;

  /// Adds or changes a set. It keeps its number (below names::kMostSets) for as long as it lives;
  /// leases there are keep their time, and move to another group with it.
  void configure(size_t set, const SetPolicy& policy);
  /// Ends a set and all its leases; its number is free again.
  void retire(size_t set, Instant now);
  const SetPolicy& policy(size_t set) const { return sets_[set]->policy; }
  bool has(size_t set) const { return set < sets_.size() && sets_[set] != nullptr; }

  /// Renews the lease, or makes one if it is admitted.
  Outcome sight(const Sighting& sighting, Instant now);
  /// A lease known from before or from elsewhere of which `ttl` is left: as strictly admitted, but
  /// neither floor nor rate apply.
  Outcome restore(const Sighting& sighting, Instant now);

  /// Moves leases on whose time has come, in at most `most` steps; how many it took. `most` means
  /// that there may be more to do.
  size_t advance(Instant now, size_t most);
  /// When there will next be something to do.
  std::optional<Instant> next_due() const;

  /// The networks of a set's list: new ones are admitted, those not named any more revoked.
  void set_networks(size_t set, std::span<const Prefix> networks);

  /// Asks `judge` about the leases from position `from` on, at most `most`, and lets those go for
  /// which it has a reason. Gives where to go on, 0 at the end. With the matcher of a new list this
  /// is how a reload takes routes away, with `Admission::refuse` how changed interfaces do.
  using Judge = std::function<std::optional<Reason>(const Provenance& lease)>;
  LeaseId review(LeaseId from, size_t most, Farewell farewell, Instant now, const Judge& judge);
  /// Drops whatever the admission refuses now.
  void recheck(Instant now);

  /// A learned lease that was made, or now lasts noticeably longer than was told before.
  struct Renewal {
    size_t set = 0;
    RouteId route = 0;
    Bytes name;  // folded wire, during the call
    IpAddress address;
    Instant expires;
  };
  /// Told of each renewal from now on, so that leases can be kept elsewhere.
  void watch(std::function<void(const Renewal&)> watcher) { watcher_ = std::move(watcher); }

  void each_lease(RouteId route, Instant now,
                  const std::function<void(const Provenance&)>& take) const;

  struct Counts {
    size_t active = 0;
    size_t grace = 0;
    size_t fixed = 0;  // networks of the list
    size_t all() const { return active + grace + fixed; }
  };
  const Counts& counts(size_t set) const { return sets_[set]->counts; }
  size_t size() const { return size_; }
  /// Distinct ones that leases have.
  size_t names() const { return names_.size(); }
  uint64_t refused(size_t set, Refusal why) const {
    return sets_[set]->refused[static_cast<size_t>(why)].value();
  }
  uint64_t evicted(size_t set) const { return sets_[set]->evicted.value(); }

 private:
  struct Set {
    Set(LeasePool& pool, const SetPolicy& wanted)
        : policy(wanted), grace(pool), fixed(pool), rate(wanted.rate, wanted.burst) {}
    SetPolicy policy;
    Counts counts;
    LeaseRing grace;  // the oldest first
    LeaseRing fixed;
    TokenBucket rate;
    std::array<metrics::LocalCounter, kRefusals> refused;
    metrics::LocalCounter evicted;
  };
  /// A lease that is asked for: who wants it, for what, until when.
  struct Wish {
    size_t set;
    Bytes name;
    Prefix prefix;
    uint32_t expires;
    Reason reason;
  };

  Outcome renew_or_make(const Wish& wish, Instant now);
  void renew(LeaseId id, uint32_t expires);
  void tell_watcher(LeaseId id) const;
  std::optional<Refusal> admit(const Wish& wish, Instant now);
  std::optional<Refusal> make_room(const Wish& wish, LeaseId& victim);
  Outcome make(const Wish& wish);
  void end_active(LeaseId id);
  size_t end_grace(Set& set, uint32_t tick, size_t most);
  void drop(LeaseId id, Reason reason);
  void move_to(LeaseId id, uint8_t group);
  void attach(LeaseId id, RouteId route);
  void detach(LeaseId id, Reason reason);
  LeaseId oldest_in_grace() const;

  LeaseId find(size_t set, RouteId route, NameId name) const;
  uint64_t hash(size_t set, RouteId route, NameId name) const;
  uint64_t hash(const Lease& lease) const { return hash(lease.set, lease.route, lease.name); }
  size_t& count_of(const Lease& lease);
  uint32_t tick_at_or_before(Instant time) const;
  uint32_t tick_at_or_after(Instant time) const;
  uint32_t grace_end(const Lease& lease) const;
  Instant time_of(uint32_t tick) const;
  Provenance provenance(LeaseId id, Instant now) const;

  Feed& feed_;
  Admission& admission_;
  Instant start_;
  uint64_t seed_;
  Limits limits_;
  LeasePool pool_;
  names::NameStore names_;
  Index index_;
  Wheel wheel_;
  std::vector<std::unique_ptr<Set>> sets_;
  size_t size_ = 0;
  std::function<void(const Renewal&)> watcher_;
};

}  // namespace weir::route
