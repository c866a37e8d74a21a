// What one neighbour is told: a cursor over the feed, turned into UPDATEs as fast as the neighbour
// takes them. Nothing is queued for it: what it does not know yet stands in the feed.
#pragma once

#include <array>
#include <optional>
#include <vector>

#include "metrics/counter.h"
#include "proto/bgp/pack.h"
#include "proto/bgp/session/negotiation.h"
#include "route/engine/exports.h"
#include "route/feed.h"

namespace weir::route {

/// What a session knows that attributes depend on.
struct SessionView {
  const bgp::Negotiated& negotiated;
  uint32_t local_as = 0;
  IpAddress local;  // our end of the connection
};

/// What a neighbour says for routes whose set does not.
struct NextHopDefaults {
  std::optional<IpAddress> v4;
  std::optional<IpAddress> v6;
  std::optional<IpAddress> router_id;  // for IPv4, if all else fails
};

class Announcer {
 public:
  /// Both outlive the announcer.
  Announcer(Feed& feed, const Exports& exports, GroupMask groups, NextHopDefaults defaults)
      : feed_(feed), exports_(exports), groups_(groups), defaults_(defaults) {}
  ~Announcer() { end(); }
  Announcer(const Announcer&) = delete;
  Announcer& operator=(const Announcer&) = delete;

  /// A session is up: all that is wanted will be written, from the beginning.
  void begin(const SessionView& session);
  void end();
  bool is_open() const { return cursor_.has_value(); }
  /// The version of the feed up to which all wanted routes have been written; a session is up.
  uint64_t told() const { return feed_.told(*cursor_); }

  /// Appends UPDATEs until `out` has about `room` octets or the neighbour knows all there is; new
  /// routes come before what goes. Then End-of-RIB follows, once, if it is not held back. True when
  /// there is more.
  bool write(Octets& out, size_t room);
  /// Keeps End-of-RIB back while routes known from before may still come.
  void hold_end_of_rib(bool hold) { hold_ = hold; }
  bool told_end_of_rib() const { return told_end_; }

  /// Writes all routes of `family` again, when what is under way has been written.
  void refresh(bgp::Family family);
  /// Marks all routes as about to go (RFC 8326), and writes them again.
  void drain();

  size_t routes() const { return routes_; }
  uint64_t announced() const { return announced_.value(); }
  uint64_t withdrawn() const { return withdrawn_.value(); }
  uint64_t unexportable() const { return unexportable_.value(); }

 private:
  using Run = std::array<std::vector<Prefix>, std::size(bgp::kFamilies)>;
  struct Group {
    std::optional<bgp::AttributeSet> attributes;
    bgp::FamilySet families;  // for which it has a next hop
    Run prefixes;             // to be announced with it
  };

  void encode(size_t group);
  bool collect();
  void sort_in(const Change& change);
  /// The groups whose route to a prefix the neighbour was told of, or would have been without
  /// another one in front.
  struct Held {
    size_t best = 0;
    size_t count = 0;
  };
  Held find_held(const Prefix& prefix) const;
  void pack(Octets& out);
  bool write_marks(Octets& out);
  void append_message(Octets& out, const bgp::Packed& packed);

  Feed& feed_;
  const Exports& exports_;
  const GroupMask groups_;
  const NextHopDefaults defaults_;
  std::optional<Feed::CursorId> cursor_;
  bgp::Negotiated negotiated_;
  uint32_t local_as_ = 0;
  IpAddress local_;
  std::vector<Group> said_;  // by group
  Run withdrawals_;
  Octets message_;  // room for one
  bool hold_ = false;
  bool told_end_ = false;
  bool draining_ = false;
  bgp::FamilySet again_;       // asked for by the neighbour
  bgp::FamilySet refreshing_;  // being written again
  size_t routes_ = 0;
  metrics::LocalCounter announced_;
  metrics::LocalCounter withdrawn_;
  metrics::LocalCounter unexportable_;
};

}  // namespace weir::route
