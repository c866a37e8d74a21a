// The order in which upstreams are asked.
#include "edge/failover/failover.h"

#include <gtest/gtest.h>

namespace weir::edge {
namespace {

using States = std::vector<std::unique_ptr<UpstreamState>>;

States states(std::initializer_list<bool> up) {
  States result;
  for (const bool is_up : up) {
    result.push_back(std::make_unique<UpstreamState>());
    result.back()->up = is_up;
  }
  return result;
}

std::vector<size_t> order(const States& all) {
  std::vector<size_t> result;
  Tried tried;
  while (const auto next = next_upstream(all, tried)) {
    tried.add(*next);
    result.push_back(*next);
  }
  return result;
}

TEST(Failover, W03_while_all_are_up_the_first_gets_every_query) {
  EXPECT_EQ(next_upstream(states({true, true, true}), {}), 0u);
}

TEST(Failover, W04_what_is_up_comes_first_and_what_is_down_last) {
  EXPECT_EQ(order(states({true, true, true})), (std::vector<size_t>{0, 1, 2}));
  EXPECT_EQ(order(states({false, true, false, true})), (std::vector<size_t>{1, 3, 0, 2}));
}

TEST(Failover, with_everything_down_the_first_is_still_asked) {
  EXPECT_EQ(order(states({false, false})), (std::vector<size_t>{0, 1}));
}

TEST(Failover, none_is_left_when_all_were_tried) { EXPECT_TRUE(order(states({})).empty()); }

TEST(Failover, the_number_of_upstreams_is_bounded) {
  States many;
  for (size_t i = 0; i < kMaxUpstreams + 2; ++i) many.push_back(std::make_unique<UpstreamState>());
  EXPECT_EQ(order(many).size(), kMaxUpstreams);
}

}  // namespace
}  // namespace weir::edge
