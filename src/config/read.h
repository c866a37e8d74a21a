// From a node to the value of one field, or to the diagnostics that say why not.
#pragma once

#include <optional>
#include <string>

#include "config/schema.h"

namespace weir::config {

/// Nothing when the node is no value of the field; then at least one diagnostic was added. `path`
/// is the field's full name for them.
std::optional<Value> read_value(const Field& field, const Node& node, const std::string& path,
                                Diagnostics& diagnostics);

}  // namespace weir::config
