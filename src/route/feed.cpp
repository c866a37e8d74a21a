// Two lanes of routes in the order of their last change, and cursors that walk them.
#include "route/feed.h"

#include "base/check.h"
#include "base/hash.h"

namespace weir::route {

std::string_view to_text(Reason reason) {
  switch (reason) {
    case Reason::kLearned: return "learned";
    case Reason::kStatic: return "static";
    case Reason::kRestored: return "restored";
    case Reason::kExpired: return "expired";
    case Reason::kEvicted: return "evicted";
    case Reason::kRevoked: return "revoked";
    case Reason::kForbidden: return "forbidden";
    case Reason::kFlushed: return "flushed";
    case Reason::kAggregated: return "aggregated";
  }
  return "unknown";
}

uint64_t Feed::hash(const RouteKey& key) const {
  const uint64_t salt = uint64_t{key.group} << 16 | uint64_t{key.prefix.length} << 8;
  return hash64(key.prefix.address.octets(), seed_ ^ salt);
}

RouteId Feed::find(const RouteKey& key) const {
  return index_.find(hash(key), [&](RouteId id) { return routes_[id].key() == key; });
}

RouteId Feed::announce(const RouteKey& key, Reason reason) {
  CHECK(key.group < kMostGroups);
  RouteId id = find(key);
  if (id == 0) {
    id = routes_.take();
    routes_[id].address = key.prefix.address;
    routes_[id].length = key.prefix.length;
    routes_[id].group = key.group;
    index_.insert(hash(key), id);
  } else {
    if (routes_[id].wanted) return id;
    unlink(id, Lane::kWithdraw);
  }
  routes_[id].wanted = true;
  routes_[id].reason = reason;
  ++wanted_;
  append(id, Lane::kAnnounce);
  return id;
}

void Feed::withdraw(RouteId id, Reason reason) {
  Route& route = routes_[id];
  CHECK(route.wanted);
  unlink(id, Lane::kAnnounce);
  route.wanted = false;
  route.reason = reason;
  --wanted_;
  if (route.held == 0) return free(id);
  append(id, Lane::kWithdraw);
}

void Feed::append(RouteId id, Lane lane) {
  LaneEnds& ends = lanes_[static_cast<size_t>(lane)];
  Route& route = routes_[id];
  route.version = ++version_;
  route.previous = ends.last;
  route.next = 0;
  (ends.last == 0 ? ends.first : routes_[ends.last].next) = id;
  ends.last = id;
  for (Cursor& cursor : cursors_) {
    RouteId& next = cursor.next[static_cast<size_t>(lane)];
    if (cursor.open && next == 0) next = id;
  }
}

void Feed::unlink(RouteId id, Lane lane) {
  LaneEnds& ends = lanes_[static_cast<size_t>(lane)];
  const Route& route = routes_[id];
  for (Cursor& cursor : cursors_) {
    RouteId& next = cursor.next[static_cast<size_t>(lane)];
    if (next == id) next = route.next;
  }
  (route.previous == 0 ? ends.first : routes_[route.previous].next) = route.next;
  (route.next == 0 ? ends.last : routes_[route.next].previous) = route.previous;
}

/// The route is in no lane.
void Feed::free(RouteId id) {
  index_.erase(hash(routes_[id].key()), id);
  routes_.give(id);
}

std::optional<Feed::CursorId> Feed::open(GroupMask groups) {
  for (CursorId id = 0; id < kMostCursors; ++id) {
    if (cursors_[id].open) continue;
    // Nobody has announced anything for it: there is nothing to withdraw.
    cursors_[id] = {true, groups, {lanes_[0].first, 0}};
    return id;
  }
  return std::nullopt;
}

void Feed::close(CursorId cursor) {
  cursors_[cursor] = {};
  const uint32_t bit = uint32_t{1} << cursor;
  for (RouteId id = lanes_[0].first; id != 0; id = routes_[id].next) routes_[id].held &= ~bit;
  for (RouteId id = lanes_[1].first; id != 0;) {
    Route& route = routes_[id];
    const RouteId next = route.next;
    route.held &= ~bit;
    if (route.held == 0) {
      unlink(id, Lane::kWithdraw);
      free(id);
    }
    id = next;
  }
}

uint64_t Feed::told(CursorId cursor) const {
  const RouteId next = cursors_[cursor].next[static_cast<size_t>(Lane::kAnnounce)];
  return next == 0 ? version_ : routes_[next].version - 1;
}

std::optional<Change> Feed::take(CursorId id, Lane lane) {
  Cursor& cursor = cursors_[id];
  CHECK(cursor.open);
  const uint32_t bit = uint32_t{1} << id;
  const bool announce = lane == Lane::kAnnounce;
  RouteId& next = cursor.next[static_cast<size_t>(lane)];
  while (next != 0) {
    const RouteId at = next;
    Route& route = routes_[at];
    next = route.next;
    // It may have come and gone, or gone and come, since the cursor was here: then that is no news.
    if (((route.held & bit) != 0) == announce) continue;
    if ((cursor.groups >> route.group & 1) == 0) continue;
    route.held ^= bit;
    const Change change{at, route.key(), announce, route.reason, route.version};
    if (!announce && route.held == 0) {
      unlink(at, lane);
      free(at);
    }
    return change;
  }
  return std::nullopt;
}

std::optional<Change> Feed::take(CursorId cursor) {
  const auto change = take(cursor, Lane::kAnnounce);
  return change ? change : take(cursor, Lane::kWithdraw);
}

}  // namespace weir::route
