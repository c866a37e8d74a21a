// Passwords and keys in files: one line each, read when they are wanted.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace weir::flow {

/// The first line of the file at `path`, of at most `most` octets. The error names `what` it was to
/// be, and nothing of what stands there; it is worth another attempt.
Result<std::string> read_secret(std::string_view what, const std::string& path, size_t most);

}  // namespace weir::flow
