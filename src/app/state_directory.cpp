// The choice of the state directory.
#include "app/state_directory.h"

#include <unistd.h>

namespace weir::app {

std::string state_directory(const config::Environment& environment,
                            const std::function<bool(const std::string&)>& can_write) {
  const auto given = [&](const char* variable) { return environment(variable).value_or(""); };
  // systemd separates several by colons; the first is ours.
  if (const std::string directory = given("STATE_DIRECTORY"); !directory.empty())
    return directory.substr(0, directory.find(':'));
  if (can_write("/var/lib/weir")) return "/var/lib/weir";
  if (const std::string home = given("XDG_STATE_HOME"); home.starts_with('/'))
    return home + "/weir";
  if (const std::string home = given("HOME"); home.starts_with('/'))
    return home + "/.local/state/weir";
  return {};
}

std::string state_directory() {
  return state_directory(config::process_environment, [](const std::string& directory) {
    return ::access(directory.c_str(), W_OK | X_OK) == 0;
  });
}

namespace {

std::string in_state_directory(const char* name) {
  const std::string directory = state_directory();
  return directory.empty() ? "" : directory + "/" + name;
}

}  // namespace

std::string default_store_path() { return in_state_directory("queries.db"); }
std::string default_history_path() { return in_state_directory("universe.db"); }

}  // namespace weir::app
