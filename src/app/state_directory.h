// Where the store is kept when the settings do not say.
#pragma once

#include <functional>
#include <string>

#include "config/overrides.h"

namespace weir::app {

/// $STATE_DIRECTORY (systemd's), else /var/lib/weir if it can be written, else $XDG_STATE_HOME/weir
/// or
/// ~/.local/state/weir. Nothing is made. Empty when there is no such place.
std::string state_directory(const config::Environment& environment,
                            const std::function<bool(const std::string&)>& can_write);
/// For this process.
std::string state_directory();

/// The store's file in the state directory, and that of what has been seen; empty without one.
std::string default_store_path();
std::string default_history_path();

}  // namespace weir::app
