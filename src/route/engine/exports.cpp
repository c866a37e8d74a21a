// Grouping sets by what they say and to whom.
#include "route/engine/exports.h"

#include <algorithm>

namespace weir::route {
namespace {

/// Without names it is an internal neighbour, which gets all (RFC 8212 is about external ones).
bool wants(const PeerSettings& peer, const std::string& set) {
  if (peer.sets.empty()) return true;
  return std::ranges::any_of(peer.sets,
                             [&](const std::string& each) { return each == "*" || each == set; });
}

Status check_names(const RouteSettings& settings) {
  for (const PeerSettings& peer : settings.peers)
    for (const std::string& name : peer.sets)
      if (name != "*" && std::ranges::find(settings.sets, name, &SetSettings::name) ==
                             settings.sets.end())
        return Error{Fault::kConfig, "route.peer " + peer.name + " is to have the routes of set " +
                                         name + ", and there is none of that name"};
  return Done{};
}

}  // namespace

Result<Exports> plan_exports(const RouteSettings& settings) {
  TRY_DONE(check_names(settings));
  Exports exports;
  exports.groups_of_peer.resize(settings.peers.size());
  std::vector<std::vector<bool>> audiences;  // by group
  for (const SetSettings& set : settings.sets) {
    std::vector<bool> audience;
    for (const PeerSettings& peer : settings.peers) audience.push_back(wants(peer, set.name));
    size_t group = 0;
    while (group < exports.groups.size() &&
           !(exports.groups[group] == set.exports() && audiences[group] == audience))
      ++group;
    if (group == kMostGroups)
      return Error{Fault::kConfig, "the sets of routes differ in more than 64 ways"};
    if (group == exports.groups.size()) {
      exports.groups.push_back(set.exports());
      audiences.push_back(audience);
    }
    exports.group_of_set.push_back(static_cast<uint8_t>(group));
    for (size_t peer = 0; peer < audience.size(); ++peer)
      if (audience[peer]) exports.groups_of_peer[peer] |= GroupMask{1} << group;
  }
  return exports;
}

}  // namespace weir::route
