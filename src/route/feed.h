// The routes that should exist, and the order in which that changed. Any number of consumers follow
// at their own pace: each is told where it stands against what is wanted now, not every step in
// between, and new routes come before withdrawals.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/containers/index.h"
#include "base/containers/pool.h"
#include "base/endpoint.h"
#include "route/policy.h"

namespace weir::route {

/// A number of a route in its feed; 0 is none.
using RouteId = uint32_t;

struct RouteKey {
  Prefix prefix;  // octets beyond its length are zero
  uint8_t group = 0;
  bool operator==(const RouteKey&) const = default;
};

/// Why a route came or went. `to_text` gives metric labels.
enum class Reason : uint8_t {
  kLearned,     // an answer brought it
  kStatic,      // it stands in a list
  kRestored,    // known from before, or from elsewhere
  kExpired,     // no answer renewed it
  kEvicted,     // it made room
  kRevoked,     // no list wants it any more
  kForbidden,   // it is not admitted any more
  kFlushed,     // by hand
  kAggregated,  // other prefixes say the same
};
std::string_view to_text(Reason reason);

struct Route {
  IpAddress address;
  uint8_t length = 0;
  uint8_t group = 0;
  bool wanted = false;
  Reason reason = Reason::kLearned;
  uint32_t held = 0;         // a bit for each cursor that has been told to announce it
  RouteId next = 0;          // in its lane
  RouteId previous = 0;      // likewise
  uint32_t first_lease = 0;  // the lease table's, of those behind it
  uint64_t version = 0;      // grows with every change of any route

  RouteKey key() const { return {{address, length}, group}; }
};
static_assert(sizeof(Route) == 48);

/// A consumer is to announce or to withdraw a prefix.
struct Change {
  RouteId route;  // until the next change of the feed
  RouteKey key;
  bool announce;
  Reason reason;
  uint64_t version;
};

enum class Lane : uint8_t { kAnnounce, kWithdraw };

class Feed {
 public:
  static constexpr size_t kMostCursors = 32;
  using CursorId = uint8_t;

  explicit Feed(uint64_t seed) : seed_(seed) {}

  // What is wanted.
  RouteId find(const RouteKey& key) const;
  /// Finds or makes the route, wanted from now on.
  RouteId announce(const RouteKey& key, Reason reason);
  /// No more wanted. The number is void once no cursor holds the route.
  void withdraw(RouteId id, Reason reason);
  Route& operator[](RouteId id) { return routes_[id]; }
  const Route& operator[](RouteId id) const { return routes_[id]; }
  /// How many are wanted.
  size_t size() const { return wanted_; }
  /// How many records there are: those, and the withdrawn ones of which cursors do not know yet.
  size_t records() const { return routes_.size(); }

  // Who follows.
  /// A new cursor over the routes of `groups`; it begins with all that are wanted. Nothing when
  /// there are kMostCursors.
  std::optional<CursorId> open(GroupMask groups);
  void close(CursorId cursor);
  /// The next change of one lane, in order; nothing when the cursor is up to date there.
  std::optional<Change> take(CursorId cursor, Lane lane);
  /// New routes first.
  std::optional<Change> take(CursorId cursor);
  /// The version up to which `cursor` was told of every route that is wanted.
  uint64_t told(CursorId cursor) const;
  /// Whether `cursor` has announced the route, as far as it took changes.
  bool holds(CursorId cursor, RouteId id) const { return (routes_[id].held >> cursor & 1) != 0; }

 private:
  struct LaneEnds {
    RouteId first = 0;
    RouteId last = 0;
  };
  struct Cursor {
    bool open = false;
    GroupMask groups = 0;
    std::array<RouteId, 2> next{};  // by lane; 0: at its end
  };
  uint64_t hash(const RouteKey& key) const;
  void append(RouteId id, Lane lane);
  void unlink(RouteId id, Lane lane);
  void free(RouteId id);
  static Lane lane_of(const Route& route) {
    return route.wanted ? Lane::kAnnounce : Lane::kWithdraw;
  }

  uint64_t seed_;
  Pool<Route> routes_;
  Index index_;
  std::array<LaneEnds, 2> lanes_{};
  std::array<Cursor, kMostCursors> cursors_{};
  size_t wanted_ = 0;
  uint64_t version_ = 0;
};

}  // namespace weir::route
