// Files that were rotated away: PATH.1 is the youngest, PATH.2 the one before it, and so on.
#pragma once

#include <cstddef>
#include <string>

#include "base/result.h"

namespace weir::io {

/// PATH becomes PATH.1 and those before it move on by one; what would be beyond `keep` is gone.
/// With `keep` 0, PATH itself is. An error leaves PATH where it is.
Status shift_numbered(const std::string& path, size_t keep);

}  // namespace weir::io
