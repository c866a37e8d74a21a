// The settings file of dnstap-bgp, written as weir's settings.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "config/diagnostic.h"

namespace weir::app {

/// TOML with the same sources, names, lives and neighbours, and a remark for whatever is different
/// here. Keys are compared without case; mistakes that dnstap-bgp passes over or falls over are
/// told, all of them, with their places in `file`.
Result<std::string, config::Diagnostics> settings_from_dnstap_bgp(std::string_view text,
                                                                  const std::string& file);

}  // namespace weir::app
