// Tests of aggregation: lossless, no smaller cover exists, and never a hole while it changes.
#include "route/aggregate.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <memory>

#include "kit/routes.h"

namespace weir::route {
namespace {

using kit::key;
using kit::news;
using Told = std::vector<std::string>;

struct Bench {
  Feed in{7};
  Aggregate aggregate{in, ~GroupMask{0}, 7};
  Feed::CursorId cursor = *aggregate.feed().open(~GroupMask{0});

  void announce(std::string_view prefix) { in.announce(key(prefix), Reason::kLearned); }
  void withdraw(std::string_view prefix) { in.withdraw(in.find(key(prefix)), Reason::kExpired); }
  Told told() {
    aggregate.follow(SIZE_MAX);
    return news(aggregate.feed(), cursor);
  }
};

TEST(Aggregate, R03_siblings_become_their_network_and_part_again) {
  Bench bench;
  bench.announce("1.0.0.4");
  EXPECT_EQ(bench.told(), Told{"+1.0.0.4/32"});
  bench.announce("1.0.0.5");
  EXPECT_EQ(bench.told(), (Told{"+1.0.0.4/31", "-1.0.0.4/32"}));
  bench.announce("1.0.0.6");
  EXPECT_EQ(bench.told(), Told{"+1.0.0.6/32"});
  bench.announce("1.0.0.7");
  EXPECT_EQ(bench.told(), (Told{"+1.0.0.4/30", "-1.0.0.6/32", "-1.0.0.4/31"}));
  bench.withdraw("1.0.0.5");
  EXPECT_EQ(bench.told(), (Told{"+1.0.0.4/32", "+1.0.0.6/31", "-1.0.0.4/30"}));
}

TEST(Aggregate, R03_256_hosts_are_one_route_and_split_on_expiry) {
  Bench bench;
  for (int i = 0; i < 256; ++i) bench.announce("1.0.0." + std::to_string(i));
  bench.told();
  EXPECT_EQ(bench.aggregate.feed().size(), 1U);
  bench.withdraw("1.0.0.200");
  bench.told();
  EXPECT_EQ(bench.aggregate.feed().size(), 8U);
}

TEST(Aggregate, a_network_takes_the_place_of_what_is_inside_and_gives_it_back) {
  Bench bench;
  bench.announce("2a00::1");
  bench.announce("2a00::8");
  bench.told();
  bench.announce("2a00::/32");
  EXPECT_EQ(bench.told(), (Told{"+2a00::/32", "-2a00::1/128", "-2a00::8/128"}));
  bench.announce("2a00::9");
  EXPECT_EQ(bench.told(), Told{});
  bench.withdraw("2a00::/32");
  EXPECT_EQ(bench.told(), (Told{"+2a00::1/128", "+2a00::8/127", "-2a00::/32"}));
}

TEST(Aggregate, groups_and_families_are_apart) {
  Bench bench;
  bench.in.announce(key("1.0.0.0", 1), Reason::kLearned);
  bench.in.announce(key("1.0.0.1", 2), Reason::kLearned);
  bench.in.announce(key("0.0.0.0/1"), Reason::kStatic);
  bench.in.announce(key("8000::/1"), Reason::kStatic);
  EXPECT_EQ(bench.told().size(), 4U);
  bench.in.announce(key("128.0.0.0/1"), Reason::kStatic);
  EXPECT_EQ(bench.told(), (Told{"+0.0.0.0/0", "-0.0.0.0/1"}));
}

/// The addresses 1.0.0.0 to 1.0.0.15 that prefixes cover.
unsigned covered(const std::set<std::string>& routes) {
  unsigned mask = 0;
  for (const std::string& route : routes) {
    const Prefix prefix = kit::prefix(route.substr(2));
    for (unsigned i = 0; i < 16; ++i)
      if (prefix.contains(kit::address("1.0.0." + std::to_string(i)))) mask |= 1U << i;
  }
  return mask;
}

/// How many aligned blocks of powers of two the mask takes at least.
size_t least_blocks(unsigned mask, unsigned size) {
  const unsigned full = size == 32 ? ~0U : (1U << size) - 1;
  if ((mask & full) == 0) return 0;
  if ((mask & full) == full) return 1;
  return least_blocks(mask, size / 2) + least_blocks(mask >> size / 2, size / 2);
}

TEST(Aggregate, is_lossless_least_and_without_holes_whatever_comes_and_goes) {
  EXPECT_TRUE(rc::check("aggregate equals cover", [] {
    Feed in(7);
    Aggregate aggregate(in, ~GroupMask{0}, 7);
    kit::Follower out(aggregate.feed());
    std::set<std::string> wanted;
    const auto steps = *rc::gen::inRange(0, 60);
    for (int i = 0; i < steps; ++i) {
      const auto length = *rc::gen::inRange(28, 33);
      const auto host = *rc::gen::inRange(0, 16) >> (32 - length) << (32 - length);
      const std::string text = "1.0.0." + std::to_string(host) + "/" + std::to_string(length);
      const unsigned before = covered(wanted);
      if (wanted.insert("0 " + text).second) {
        in.announce(key(text), Reason::kLearned);
      } else {
        wanted.erase("0 " + text);
        in.withdraw(in.find(key(text)), Reason::kExpired);
      }
      aggregate.follow(SIZE_MAX);
      // One change at a time: what is covered before and after is never without a route.
      const unsigned kept = before & covered(wanted);
      for (size_t told = 0; told < 64; ++told) {
        RC_ASSERT(out.follow(1));
        RC_ASSERT((covered(out.held()) & kept) == kept);
      }
      RC_ASSERT(covered(out.held()) == covered(wanted));
      RC_ASSERT(out.held().size() == least_blocks(covered(wanted), 16));
    }
  }));
}

}  // namespace
}  // namespace weir::route
