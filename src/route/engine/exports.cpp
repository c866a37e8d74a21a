// Grouping sets by what they say and to whom.
#include "route/engine/exports.h"

#include <algorithm>

namespace weir::route {
namespace {

/// One that is told routes: the sets it wants by name, and where its groups are noted.
struct Audience {
  std::string what;
  const std::vector<std::string>& sets;
  GroupMask& groups;

  /// Without names it gets all: of neighbours only internal ones may do so (RFC 8212).
  bool wants(const std::string& set) const {
    if (sets.empty()) return true;
    return std::ranges::any_of(sets,
                               [&](const std::string& each) { return each == "*" || each == set; });
  }
};

std::vector<Audience> audiences_of(const RouteSettings& settings, Exports& exports) {
  exports.groups_of_peer.resize(settings.peers.size());
  exports.groups_of_nftables.resize(settings.nftables.size());
  std::vector<Audience> all;
  for (size_t i = 0; i < settings.peers.size(); ++i)
    all.push_back({"route.peer " + settings.peers[i].name, settings.peers[i].sets,
                   exports.groups_of_peer[i]});
  for (size_t i = 0; i < settings.nftables.size(); ++i)
    all.push_back({"route.nftables " + settings.nftables[i].name, settings.nftables[i].sets,
                   exports.groups_of_nftables[i]});
  return all;
}

Status check_names(const RouteSettings& settings, const std::vector<Audience>& audiences) {
  for (const Audience& each : audiences)
    for (const std::string& name : each.sets)
      if (name != "*" &&
          std::ranges::find(settings.sets, name, &SetSettings::name) == settings.sets.end())
        return Error{Fault::kConfig, each.what + " is to have the routes of set " + name +
                                         ", and there is none of that name"};
  return Done{};
}

}  // namespace

Result<Exports> plan_exports(const RouteSettings& settings) {
  Exports exports;
  const std::vector<Audience> all = audiences_of(settings, exports);
  TRY_DONE(check_names(settings, all));
  std::vector<std::vector<bool>> audiences;  // by group
  for (const SetSettings& set : settings.sets) {
    std::vector<bool> audience;
    for (const Audience& each : all) audience.push_back(each.wants(set.name));
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
    for (size_t i = 0; i < audience.size(); ++i)
      if (audience[i]) all[i].groups |= GroupMask{1} << group;
  }
  return exports;
}

}  // namespace weir::route
