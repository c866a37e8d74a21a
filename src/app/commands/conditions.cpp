// Words to conditions; what each word means, the control plane knows.
#include "app/commands/conditions.h"

#include <fmt/format.h>

#include "control/query_filter.h"

namespace weir::app {

Result<flow::QueryFilter> read_conditions(const Conditions& conditions, WallTime now) {
  flow::QueryFilter filter;
  const std::pair<const char*, const std::string&> words[] = {
      {"name", conditions.name},   {"client", conditions.client},   {"type", conditions.type},
      {"rcode", conditions.rcode}, {"message", conditions.message}, {"since", conditions.since},
      {"until", conditions.until}};
  for (const auto& [name, value] : words) {
    if (value.empty() || (std::string_view(name) == "message" && value == "all")) continue;
    if (auto set = control::set_condition(filter, name, value, now); !set)
      return Error{Fault::kConfig,
                   fmt::format("--{}: {}", set.error().parameter, set.error().message), false};
  }
  return filter;
}

}  // namespace weir::app
