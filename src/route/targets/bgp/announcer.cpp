// Changes of the feed sorted by what is said of them, and packed.
#include "route/targets/bgp/announcer.h"

#include <algorithm>
#include <bit>

#include "base/check.h"
#include "proto/bgp/route_refresh.h"

namespace weir::route {
namespace {

constexpr size_t kMostChanges = 512;  // sorted at a time: then new routes are asked for again

bgp::Family family_of(const Prefix& prefix) {
  return prefix.address.is_v6() ? bgp::Family::kIpv6Unicast : bgp::Family::kIpv4Unicast;
}
size_t index(bgp::Family family) { return static_cast<size_t>(family); }

std::optional<IpAddress> first_of(const std::optional<IpAddress>& a,
                                  const std::optional<IpAddress>& b) {
  return a ? a : b;
}

}  // namespace

void Announcer::begin(const SessionView& session) {
  end();
  negotiated_ = session.negotiated;
  local_as_ = session.local_as;
  local_ = session.local;
  message_.resize(negotiated_.max_message());
  said_.clear();
  said_.resize(exports_.groups.size());
  for (size_t group = 0; group < said_.size(); ++group) encode(group);
  cursor_ = feed_.open(groups_);
  CHECK(cursor_);  // the settings allow no more neighbours than there are cursors
}

void Announcer::end() {
  if (cursor_) feed_.close(*cursor_);
  cursor_.reset();
  told_end_ = false;
  again_ = refreshing_ = {};
  routes_ = 0;
}

/// The next hop is the set's, else the neighbour's, else our end of the connection; for IPv4 at
/// last the router ID.
void Announcer::encode(size_t group) {
  const ExportSettings& exported = exports_.groups[group];
  bgp::RouteAttributes attributes;
  attributes.communities = exported.communities;
  if (draining_) attributes.communities.push_back(bgp::community::kGracefulShutdown);
  attributes.large_communities = exported.large_communities;
  attributes.local_pref = exported.local_pref;
  attributes.med = exported.med;
  if (draining_ && !negotiated_.external) attributes.local_pref = 0;

  auto v4 = first_of(exported.next_hop_v4, defaults_.v4);
  auto v6 = first_of(exported.next_hop_v6, defaults_.v6);
  if (!v4 && local_.is_v4()) v4 = local_;
  if (!v6 && local_.is_v6()) v6 = local_;
  const bool over_v6 = negotiated_.ipv4_over_ipv6 && v6;
  if (!v4 && !over_v6) v4 = defaults_.router_id;
  attributes.next_hop_v4 = v4;
  if (v6) attributes.next_hop_v6 = bgp::NextHop{*v6, std::nullopt};

  Group& said = said_[group];
  if (v4 || over_v6) said.families.add(bgp::Family::kIpv4Unicast);
  if (v6) said.families.add(bgp::Family::kIpv6Unicast);
  said.families = said.families & negotiated_.families;
  said.attributes =
      bgp::AttributeSet::encode(attributes, negotiated_.attribute_context(local_as_));
}

bool Announcer::write(Octets& out, size_t room) {
  if (!cursor_) return false;
  while (out.size() < room) {
    if (collect())
      pack(out);
    else if (!write_marks(out))
      return false;
  }
  return true;
}

/// Sorts some changes in. False when the neighbour knows all there is.
bool Announcer::collect() {
  size_t count = 0;
  for (const Lane lane : {Lane::kAnnounce, Lane::kWithdraw}) {
    while (count < kMostChanges) {
      const auto change = feed_.take(*cursor_, lane);
      if (!change) break;
      sort_in(*change);
      ++count;
    }
    if (count != 0) return true;
  }
  return false;
}

/// A neighbour has one route to a prefix, that of the first group which wants it. The others stand
/// back, and take its place when it goes.
void Announcer::sort_in(const Change& change) {
  const size_t group = change.key.group;
  const Prefix& prefix = change.key.prefix;
  const bgp::Family family = family_of(prefix);
  if (!said_[group].families.has(family)) {
    if (change.announce && negotiated_.families.has(family)) unexportable_.add();
    return;
  }
  const Held held = find_held(prefix);
  if (change.announce) {
    if (held.count == 1) ++routes_;
    if (held.best == group) said_[group].prefixes[index(family)].push_back(prefix);
  } else if (held.count == 0) {
    --routes_;
    withdrawals_[index(family)].push_back(prefix);
  } else if (held.best > group) {
    said_[held.best].prefixes[index(family)].push_back(prefix);
  }
}

Announcer::Held Announcer::find_held(const Prefix& prefix) const {
  Held held;
  for (GroupMask left = groups_; left != 0; left &= left - 1) {
    const auto group = static_cast<uint8_t>(std::countr_zero(left));
    if (group >= said_.size()) break;
    if (!said_[group].families.has(family_of(prefix))) continue;
    const RouteId id = feed_.find({prefix, group});
    if (id == 0 || !feed_.holds(*cursor_, id)) continue;
    if (held.count++ == 0) held.best = group;
  }
  return held;
}

void Announcer::append_message(Octets& out, const bgp::Packed& packed) {
  CHECK(packed.prefixes != 0);
  out.insert(out.end(), message_.begin(),
             message_.begin() + static_cast<std::ptrdiff_t>(packed.octets));
}

void Announcer::pack(Octets& out) {
  for (const bgp::Family family : bgp::kFamilies) {
    for (Group& said : said_) {
      std::vector<Prefix>& run = said.prefixes[index(family)];
      for (std::span<const Prefix> left = run; !left.empty();) {
        const auto packed = bgp::pack_announcement(family, *said.attributes, left, message_);
        append_message(out, packed);
        left = left.subspan(packed.prefixes);
      }
      announced_.add(run.size());
      run.clear();
    }
    std::vector<Prefix>& run = withdrawals_[index(family)];
    for (std::span<const Prefix> left = run; !left.empty();) {
      const auto packed = bgp::pack_withdrawal(family, left, message_);
      append_message(out, packed);
      left = left.subspan(packed.prefixes);
    }
    withdrawn_.add(run.size());
    run.clear();
  }
}

/// The neighbour knows all: End-of-RIB, the end of a refresh, or the beginning of one. False when
/// there is nothing more to say.
bool Announcer::write_marks(Octets& out) {
  const auto append = [&out](Bytes octets) { out.insert(out.end(), octets.begin(), octets.end()); };
  const auto mark = [&](bgp::FamilySet families, bgp::Demarcation demarcation) {
    if (!negotiated_.enhanced_route_refresh) return;
    for (const bgp::Family family : bgp::kFamilies)
      if (families.has(family)) append(bgp::encode(bgp::RouteRefresh{family, demarcation}));
  };
  if (!refreshing_.empty()) {
    mark(refreshing_, bgp::Demarcation::kEnd);
    refreshing_ = {};
  }
  if (!told_end_ && !hold_) {
    for (const bgp::Family family : bgp::kFamilies)
      if (negotiated_.families.has(family)) append(bgp::end_of_rib(family));
    told_end_ = true;
  }
  if (again_.empty()) return false;
  refreshing_ = again_ & negotiated_.families;
  again_ = {};
  mark(refreshing_, bgp::Demarcation::kBegin);
  // The cursor is at the end of both lanes: a new one has nothing to withdraw. It brings the routes
  // of all families.
  routes_ = 0;
  feed_.close(*cursor_);
  cursor_ = feed_.open(groups_);
  CHECK(cursor_);
  return true;
}

void Announcer::refresh(bgp::Family family) { again_.add(family); }

void Announcer::drain() {
  if (!cursor_ || draining_) return;
  draining_ = true;
  for (size_t group = 0; group < said_.size(); ++group) encode(group);
  again_ = bgp::FamilySet::all();
}

}  // namespace weir::route
