// Tests of grouping sets by what they say and to whom.
#include "route/engine/exports.h"

#include <gtest/gtest.h>

namespace weir::route {
namespace {

SetSettings set(const std::string& name, std::vector<uint32_t> communities = {}) {
  SetSettings settings;
  settings.name = name;
  settings.communities = std::move(communities);
  return settings;
}
PeerSettings peer(const std::string& name, std::vector<std::string> sets) {
  PeerSettings settings;
  settings.name = name;
  settings.sets = std::move(sets);
  return settings;
}

TEST(Exports, sets_that_say_the_same_to_the_same_share_a_group) {
  RouteSettings settings;
  settings.sets = {set("a"), set("b"), set("c", {1})};
  settings.peers = {peer("p", {"*"}), peer("q", {})};
  const auto exports = plan_exports(settings);
  ASSERT_TRUE(exports);
  EXPECT_EQ(exports->group_of_set, (std::vector<uint8_t>{0, 0, 1}));
  EXPECT_EQ(exports->groups_of_peer, (std::vector<GroupMask>{3, 3}));
}

TEST(Exports, sets_for_different_neighbours_are_apart) {
  RouteSettings settings;
  settings.sets = {set("a"), set("b")};
  settings.peers = {peer("p", {"a"}), peer("q", {"a", "b"})};
  const auto exports = plan_exports(settings);
  ASSERT_TRUE(exports);
  EXPECT_EQ(exports->group_of_set, (std::vector<uint8_t>{0, 1}));
  EXPECT_EQ(exports->groups_of_peer, (std::vector<GroupMask>{1, 3}));
}

TEST(Exports, a_set_that_is_not_there_is_an_error) {
  RouteSettings settings;
  settings.sets = {set("a")};
  settings.peers = {peer("p", {"aa"})};
  const auto exports = plan_exports(settings);
  ASSERT_FALSE(exports);
  EXPECT_NE(exports.error().what.find("aa"), std::string::npos);
}

}  // namespace
}  // namespace weir::route
