// Tests of the feed: order, coalescing, lanes, and that cursors end where the wanted routes are.
#include "route/feed.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "kit/routes.h"

namespace weir::route {
namespace {

using kit::key;
using kit::news;
using Told = std::vector<std::string>;

constexpr GroupMask kAll = ~GroupMask{0};

TEST(Feed, tells_changes_in_order_and_new_routes_first) {
  Feed feed(7);
  const auto cursor = *feed.open(kAll);
  const RouteId a = feed.announce(key("1.0.0.1"), Reason::kLearned);
  feed.announce(key("1.0.0.2"), Reason::kLearned);
  EXPECT_EQ(news(feed, cursor), (Told{"+1.0.0.1/32", "+1.0.0.2/32"}));
  feed.withdraw(a, Reason::kExpired);
  feed.announce(key("1.0.0.3"), Reason::kLearned);
  EXPECT_EQ(news(feed, cursor), (Told{"+1.0.0.3/32", "-1.0.0.1/32"}));
  EXPECT_EQ(feed.records(), 2U);
}

TEST(Feed, says_why_and_with_growing_versions) {
  Feed feed(7);
  const auto cursor = *feed.open(kAll);
  const RouteId id = feed.announce(key("1.0.0.1", 3), Reason::kStatic);
  const auto came = feed.take(cursor);
  feed.withdraw(id, Reason::kRevoked);
  const auto went = feed.take(cursor);
  EXPECT_EQ(came->reason, Reason::kStatic);
  EXPECT_EQ(came->key, key("1.0.0.1", 3));
  EXPECT_EQ(to_text(went->reason), "revoked");
  EXPECT_GT(went->version, came->version);
}

TEST(Feed, what_came_and_went_unseen_is_no_news) {
  Feed feed(7);
  const auto cursor = *feed.open(kAll);
  feed.withdraw(feed.announce(key("1.0.0.1"), Reason::kLearned), Reason::kExpired);
  EXPECT_EQ(feed.records(), 0U);
  EXPECT_EQ(news(feed, cursor), Told{});
  const RouteId id = feed.announce(key("1.0.0.1"), Reason::kLearned);
  EXPECT_EQ(news(feed, cursor), Told{"+1.0.0.1/32"});
  feed.withdraw(id, Reason::kExpired);
  EXPECT_EQ(feed.announce(key("1.0.0.1"), Reason::kLearned), id);
  EXPECT_EQ(news(feed, cursor), Told{});
}

TEST(Feed, a_new_cursor_begins_with_all_that_is_wanted) {
  Feed feed(7);
  const auto first = *feed.open(kAll);
  const RouteId gone = feed.announce(key("1.0.0.1"), Reason::kLearned);
  feed.announce(key("1.0.0.2"), Reason::kLearned);
  news(feed, first);
  feed.withdraw(gone, Reason::kExpired);
  const auto second = *feed.open(kAll);
  EXPECT_EQ(news(feed, second), Told{"+1.0.0.2/32"});
  EXPECT_EQ(news(feed, first), Told{"-1.0.0.1/32"});
  EXPECT_TRUE(feed.holds(second, feed.find(key("1.0.0.2"))));
}

TEST(Feed, R8_a_cursor_hears_of_its_groups_only) {
  Feed feed(7);
  const auto cursor = *feed.open(GroupMask{1} << 5);
  feed.announce(key("1.0.0.1", 4), Reason::kLearned);
  feed.announce(key("1.0.0.1", 5), Reason::kLearned);
  const auto change = feed.take(cursor);
  EXPECT_EQ(change->key.group, 5);
  EXPECT_FALSE(feed.take(cursor));
}

TEST(Feed, cursors_are_bounded_and_a_closed_one_holds_nothing_back) {
  Feed feed(7);
  for (size_t i = 0; i < Feed::kMostCursors; ++i) EXPECT_TRUE(feed.open(kAll));
  EXPECT_FALSE(feed.open(kAll));
  const RouteId id = feed.announce(key("1.0.0.1"), Reason::kLearned);
  EXPECT_EQ(news(feed, 3), Told{"+1.0.0.1/32"});
  feed.withdraw(id, Reason::kExpired);
  EXPECT_EQ(feed.records(), 1U);
  feed.close(3);
  EXPECT_EQ(feed.records(), 0U);
  EXPECT_EQ(feed.open(kAll), 3);
}

TEST(Feed, followers_at_any_pace_end_with_what_is_wanted_and_hear_no_nonsense) {
  EXPECT_TRUE(rc::check("cursors converge", [] {
    Feed feed(7);
    kit::Follower eager(feed);
    kit::Follower lazy(feed);
    auto late = std::make_unique<kit::Follower>(feed);
    std::set<std::string> wanted;
    const auto steps = *rc::gen::inRange(0, 300);
    for (int i = 0; i < steps; ++i) {
      const auto host = *rc::gen::inRange(1, 12);
      const RouteKey key = kit::key("1.0.0." + std::to_string(host), host % 2);
      const std::string text = std::to_string(key.group) + " " + key.prefix.to_text();
      if (wanted.insert(text).second) {
        feed.announce(key, Reason::kLearned);
      } else {
        wanted.erase(text);
        feed.withdraw(feed.find(key), Reason::kExpired);
      }
      RC_ASSERT(eager.follow());
      RC_ASSERT(lazy.follow(static_cast<size_t>(*rc::gen::inRange(0, 3))));
      if (*rc::gen::inRange(0, 20) == 0) late = std::make_unique<kit::Follower>(feed);
      RC_ASSERT(feed.size() == wanted.size());
      RC_ASSERT(feed.records() <= 11U);
    }
    RC_ASSERT(lazy.follow() && late->follow());
    RC_ASSERT(eager.held() == wanted && lazy.held() == wanted && late->held() == wanted);
    RC_ASSERT(feed.records() == wanted.size());
  }));
}

}  // namespace
}  // namespace weir::route
