// Who may write a store: one process at a time.
#pragma once

#include <string>

#include "base/result.h"
#include "base/unique_fd.h"

namespace weir::sqlite {

/// A lock on the file beside the store `path` that ends in `.lock`, held while the descriptor is
/// open. Let it go after the database is closed.
Result<UniqueFd> lock_for_writing(const std::string& path);

}  // namespace weir::sqlite
