// The settings file of koroz, read into weir's settings.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "config/overrides.h"

namespace weir::app {

/// What the six keys of a `Settings.toml` mean here: [universe] on, records kept warm, and the
/// pages on koroz's port. A key that is missing has koroz's default; one it does not know is a
/// mistake.
Result<std::vector<config::Override>, config::Diagnostics> overrides_from_koroz(
    const std::string& file);

}  // namespace weir::app
