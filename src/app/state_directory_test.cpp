// The order of the places where state may be kept.
#include "app/state_directory.h"

#include <gtest/gtest.h>

#include <map>

namespace weir::app {
namespace {

std::string choose(std::map<std::string, std::string> variables, bool var_lib = false) {
  return state_directory(
      [variables](const std::string& name) -> std::optional<std::string> {
        const auto found = variables.find(name);
        return found == variables.end() ? std::nullopt : std::optional(found->second);
      },
      [var_lib](const std::string& directory) { return var_lib && directory == "/var/lib/weir"; });
}

TEST(StateDirectory, the_service_manager_decides_first) {
  EXPECT_EQ(choose({{"STATE_DIRECTORY", "/s"}, {"HOME", "/h"}}, true), "/s");
  EXPECT_EQ(choose({{"STATE_DIRECTORY", "/s:/t"}}), "/s");
}

TEST(StateDirectory, then_the_machines_then_the_users) {
  EXPECT_EQ(choose({{"HOME", "/h"}}, true), "/var/lib/weir");
  EXPECT_EQ(choose({{"XDG_STATE_HOME", "/x"}, {"HOME", "/h"}}), "/x/weir");
  EXPECT_EQ(choose({{"HOME", "/h"}}), "/h/.local/state/weir");
  EXPECT_EQ(choose({{"XDG_STATE_HOME", "relative"}, {"HOME", "/h"}}), "/h/.local/state/weir");
}

TEST(StateDirectory, without_any_place_there_is_none) { EXPECT_EQ(choose({}), ""); }

}  // namespace
}  // namespace weir::app
