// Binds a tree to settings through a schema, collecting every mistake.
#pragma once

#include "config/schema.h"

namespace weir::config {

/// Fills `settings` (of the struct that the schema describes) from the tree, defaults where it is
/// silent. They are good only if no diagnostic was added.
void fill(const Schema& schema, const Node& root, void* settings, Diagnostics& diagnostics);

}  // namespace weir::config
