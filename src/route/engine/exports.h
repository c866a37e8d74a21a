// Which routes go to whom and with what attributes: sets that say the same to the same neighbours
// share a group of routes.
#pragma once

#include <cstdint>
#include <vector>

#include "base/result.h"
#include "route/settings.h"

namespace weir::route {

struct Exports {
  std::vector<uint8_t> group_of_set;      // by set
  std::vector<ExportSettings> groups;     // what each says; the first to want a prefix has its way
  std::vector<GroupMask> groups_of_peer;  // by peer
  std::vector<GroupMask> groups_of_nftables;
};

/// Fails when more groups were needed than there are, or a target names a set that is not there.
Result<Exports> plan_exports(const RouteSettings& settings);

}  // namespace weir::route
