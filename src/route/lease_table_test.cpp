// Tests of leases in virtual time: their life, their caps, and that there is a route exactly where
// there is a lease.
#include "route/lease_table.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <map>

#include "kit/name_lists.h"
#include "kit/routes.h"

namespace weir::route {
namespace {

using kit::address;
using kit::key;
using kit::news;
using kit::prefix;
using Told = std::vector<std::string>;

constexpr Instant kStart{1h};

struct Bench {
  explicit Bench(const SetPolicy& policy = {}, LeaseTable::Limits limits = {})
      : table(feed, admission, kStart, 7, limits) {
    table.configure(0, policy);
  }
  Outcome sight(std::string_view name, std::string_view host, Duration ttl = 60s, size_t set = 0) {
    return table.sight({set, kit::wire(name), address(host), ttl}, now);
  }
  Told told() { return news(feed, cursor); }
  Told after(Duration time) {
    now += time;
    while (table.advance(now, 1000) == 1000) continue;
    return told();
  }
  uint64_t refused(Refusal why) const { return table.refused(0, why); }

  Feed feed{7};
  Admission admission;
  LeaseTable table;
  Feed::CursorId cursor = *feed.open(~GroupMask{0});
  Instant now = kStart;
};

/// Four seconds long, whatever the TTL, and no grace: the lives of the seed's tests.
SetPolicy short_lived(uint32_t most = 100) {
  return {.floor = 4s, .ceil = 4s, .grace = 0s, .most_leases = most};
}

TEST(LeaseTable, B14_addresses_become_host_routes) {
  Bench bench;
  for (const std::string_view host : {"1.1.1.1", "1.1.1.2", "1.1.1.3", "2606:4700::1"})
    EXPECT_TRUE(bench.sight("a.com", host).fresh);
  EXPECT_EQ(bench.told(), (Told{"+1.1.1.1/32", "+1.1.1.2/32", "+1.1.1.3/32", "+2606:4700::1/128"}));
}

TEST(LeaseTable, B18_every_sighting_renews_the_lease) {
  Bench bench(short_lived());
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(bench.sight("a.com", "1.1.1.1").fresh, i == 0);
    bench.after(3s);
  }
  EXPECT_EQ(bench.told(), Told{});
  EXPECT_EQ(bench.after(900ms), Told{});
  EXPECT_EQ(bench.after(100ms), Told{"-1.1.1.1/32"});  // ten seconds after the first
  EXPECT_EQ(bench.table.size(), 0U);
}

TEST(LeaseTable, B19_expiry_withdraws_within_a_tick) {
  Bench bench({.floor = 0s, .grace = 0s});
  bench.sight("a.com", "1.1.1.1", 1s);
  bench.told();
  EXPECT_EQ(bench.after(999ms), Told{});
  EXPECT_EQ(bench.after(1ms), Told{"-1.1.1.1/32"});
}

TEST(LeaseTable, R6_the_life_of_a_lease_has_a_floor_and_a_ceiling) {
  Bench bench({.floor = 300s, .ceil = 24h, .grace = 0s});
  bench.sight("a.com", "1.1.1.1", 5s);
  bench.sight("a.com", "1.1.1.2", 7 * 24h);
  bench.told();
  EXPECT_EQ(bench.after(299s), Told{});
  EXPECT_EQ(bench.after(1s), Told{"-1.1.1.1/32"});
  EXPECT_EQ(bench.after(24h - 301s), Told{});
  EXPECT_EQ(bench.after(1s), Told{"-1.1.1.2/32"});
}

TEST(LeaseTable, a_shorter_ttl_does_not_shorten_a_lease) {
  Bench bench({.floor = 1s, .grace = 0s});
  bench.sight("a.com", "1.1.1.1", 100s);
  bench.sight("a.com", "1.1.1.1", 1s);
  bench.told();
  EXPECT_EQ(bench.after(99s), Told{});
  EXPECT_EQ(bench.after(1s), Told{"-1.1.1.1/32"});
}

TEST(LeaseTable, R02_a_sighting_in_grace_is_no_news) {
  Bench bench({.floor = 10s, .grace = 5s});
  bench.sight("a.com", "1.1.1.1", 0s);
  EXPECT_EQ(bench.after(12s), Told{"+1.1.1.1/32"});
  EXPECT_EQ(bench.table.counts(0).grace, 1U);
  EXPECT_FALSE(bench.sight("a.com", "1.1.1.1", 0s).fresh);
  EXPECT_EQ(bench.table.counts(0).active, 1U);
  EXPECT_EQ(bench.after(14s), Told{});
  EXPECT_EQ(bench.after(1s), Told{"-1.1.1.1/32"});
}

TEST(LeaseTable, D39_an_address_shared_by_two_names_stays_until_both_are_gone) {
  Bench bench(short_lived());
  bench.sight("a.com", "1.1.1.1");
  bench.after(2s);
  bench.sight("b.com", "1.1.1.1");
  bench.told();
  EXPECT_EQ(bench.after(2s), Told{});
  EXPECT_EQ(bench.after(2s), Told{"-1.1.1.1/32"});
}

TEST(LeaseTable,
     D28_a_lease_from_elsewhere_and_one_of_ours_are_one_that_lasts_as_long_as_the_longer) {
  Bench bench(short_lived());
  bench.sight("a.com", "1.1.1.1");
  bench.table.restore({0, kit::wire("a.com"), address("1.1.1.1"), 3s}, bench.now + 2s);
  EXPECT_EQ(bench.table.size(), 1U);
  bench.told();
  EXPECT_EQ(bench.after(4900ms), Told{});
  EXPECT_EQ(bench.after(100ms), Told{"-1.1.1.1/32"});
}

TEST(LeaseTable, a_restored_lease_is_as_strictly_admitted_and_never_longer_than_the_ceiling) {
  Bench bench(short_lived());
  const auto restore = [&](std::string_view host) {
    return bench.table.restore({0, kit::wire("a.com"), address(host), 1000h}, bench.now);
  };
  EXPECT_EQ(restore("127.0.0.1").refusal, Refusal::kSpecial);
  EXPECT_TRUE(restore("1.1.1.1").fresh);
  EXPECT_EQ(bench.told(), Told{"+1.1.1.1/32"});
  EXPECT_EQ(bench.after(4s), Told{"-1.1.1.1/32"});
}

TEST(LeaseTable, D32_what_is_not_admitted_is_counted) {
  Bench bench;
  const std::vector<IpAddress> ours = {address("9.9.9.9")};
  bench.admission.set_ours(ours);
  for (const std::string_view host : {"127.0.0.1", "0.0.0.0", "224.0.0.1", "9.9.9.9"})
    EXPECT_EQ(bench.sight("a.com", host).route, 0U) << host;
  EXPECT_EQ(bench.told(), Told{});
  EXPECT_EQ(bench.refused(Refusal::kSpecial), 3U);
  EXPECT_EQ(bench.refused(Refusal::kOurs), 1U);
}

TEST(LeaseTable, what_becomes_ours_is_withdrawn) {
  Bench bench;
  bench.sight("a.com", "9.9.9.9");
  bench.sight("a.com", "9.9.9.8");
  bench.told();
  const std::vector<IpAddress> ours = {address("9.9.9.9")};
  bench.admission.set_ours(ours);
  bench.table.recheck(bench.now);
  EXPECT_EQ(bench.told(), Told{"-9.9.9.9/32"});
}

TEST(LeaseTable, R4_a_name_has_so_many_addresses_and_the_oldest_in_grace_makes_room) {
  Bench bench({.floor = 1s, .grace = 100s, .most_per_name = 2});
  bench.sight("a.com", "1.1.1.1", 10s);
  bench.sight("a.com", "1.1.1.2", 1s);
  EXPECT_EQ(bench.sight("a.com", "1.1.1.3").refusal, Refusal::kNameCap);
  EXPECT_FALSE(bench.sight("b.com", "1.1.1.3").refusal);
  bench.after(5s);
  EXPECT_FALSE(bench.sight("a.com", "1.1.1.4").refusal);
  EXPECT_EQ(bench.told(), (Told{"+1.1.1.4/32", "-1.1.1.2/32"}));
  EXPECT_EQ(bench.table.evicted(0), 1U);
  EXPECT_EQ(bench.sight("a.com", "1.1.1.5").refusal, Refusal::kNameCap);  // both are active
  EXPECT_EQ(bench.refused(Refusal::kNameCap), 2U);
}

TEST(LeaseTable, R4_a_set_has_so_many_leases_and_the_oldest_in_grace_makes_room) {
  Bench bench({.floor = 1s, .grace = 100s, .most_leases = 2});
  bench.sight("a.com", "1.1.1.1", 2s);
  bench.sight("b.com", "1.1.1.2", 1s);
  EXPECT_EQ(bench.sight("c.com", "1.1.1.3").refusal, Refusal::kSetCap);
  bench.after(5s);
  EXPECT_FALSE(bench.sight("c.com", "1.1.1.3").refusal);
  EXPECT_EQ(bench.told(), (Told{"+1.1.1.3/32", "-1.1.1.2/32"}));
}

TEST(LeaseTable, R4_all_sets_have_so_many_leases_together) {
  Bench bench({.floor = 1s, .grace = 100s}, {.most_leases = 2});
  bench.table.configure(1, {.floor = 1s, .grace = 100s});
  bench.sight("a.com", "1.1.1.1", 50s);
  bench.sight("b.com", "1.1.1.2", 1s, 1);
  EXPECT_EQ(bench.sight("c.com", "1.1.1.3").refusal, Refusal::kTotalCap);
  bench.after(5s);
  EXPECT_FALSE(bench.sight("c.com", "1.1.1.3").refusal);
  EXPECT_EQ(bench.table.counts(1).all(), 0U);
  EXPECT_EQ(bench.table.evicted(1), 1U);
}

TEST(LeaseTable, R4_new_routes_have_a_rate_and_renewals_have_none) {
  Bench bench({.rate = 10, .burst = 2});
  EXPECT_TRUE(bench.sight("a.com", "1.1.1.1").fresh);
  EXPECT_TRUE(bench.sight("a.com", "1.1.1.2").fresh);
  EXPECT_EQ(bench.sight("a.com", "1.1.1.3").refusal, Refusal::kRate);
  EXPECT_FALSE(bench.sight("a.com", "1.1.1.1").refusal);
  EXPECT_FALSE(bench.sight("b.com", "1.1.1.1").refusal);  // the route is there
  bench.after(100ms);
  EXPECT_TRUE(bench.sight("a.com", "1.1.1.3").fresh);
}

TEST(LeaseTable, nobody_makes_room_for_what_is_refused) {
  Bench bench({.floor = 1s, .grace = 100s, .most_per_name = 1, .rate = 0, .burst = 1});
  bench.sight("a.com", "1.1.1.1", 1s);
  bench.after(5s);
  EXPECT_EQ(bench.sight("a.com", "1.1.1.2").refusal, Refusal::kRate);
  EXPECT_EQ(bench.told(), Told{});
  EXPECT_EQ(bench.table.counts(0).grace, 1U);
}

TEST(LeaseTable, R08_networks_of_lists_are_routes_without_end) {
  Bench bench;
  const std::vector<Prefix> two = {prefix("9.9.9.7/24"), prefix("8.8.0.0/16"),
                                   prefix("10.0.0.0/8")};
  bench.table.set_networks(0, two);
  EXPECT_EQ(bench.told(), (Told{"+9.9.9.0/24", "+8.8.0.0/16"}));
  EXPECT_EQ(bench.refused(Refusal::kSpecial), 1U);
  EXPECT_EQ(bench.after(1000h), Told{});
  const std::vector<Prefix> other = {prefix("8.8.0.0/16"), prefix("7.0.0.0/8")};
  bench.table.set_networks(0, other);
  EXPECT_EQ(bench.told(), (Told{"+7.0.0.0/8", "-9.9.9.0/24"}));
  EXPECT_EQ(bench.table.counts(0).fixed, 2U);
}

TEST(LeaseTable, D27_R01_a_reload_withdraws_what_no_set_wants_any_more) {
  Bench bench;
  bench.sight("a.com", "1.1.1.1");
  bench.sight("b.com", "1.1.1.1");
  bench.sight("b.com", "1.1.1.2");
  bench.told();
  const auto unwanted = [](const Provenance& lease) -> std::optional<Reason> {
    if (!equal(lease.name, kit::wire("b.com"))) return std::nullopt;
    return Reason::kRevoked;
  };
  LeaseId at = 0;
  do at = bench.table.review(at, 2, Farewell::kNow, bench.now, unwanted);
  while (at != 0);
  EXPECT_EQ(bench.told(), Told{"-1.1.1.2/32"});
  EXPECT_EQ(bench.table.size(), 1U);
}

TEST(LeaseTable, R16_what_a_reload_takes_away_may_leave_after_its_grace) {
  Bench bench({.grace = 5s});
  bench.sight("a.com", "1.1.1.1");
  bench.after(1s);
  bench.table.review(0, 10'000, Farewell::kGrace, bench.now,
                     [](const Provenance&) { return Reason::kRevoked; });
  EXPECT_EQ(bench.after(4900ms), Told{});
  EXPECT_EQ(bench.after(100ms), Told{"-1.1.1.1/32"});
}

TEST(LeaseTable, R8_a_set_that_changes_its_group_takes_its_routes_along) {
  Bench bench;
  bench.table.configure(1, {.group = 1});
  bench.sight("a.com", "1.1.1.1");
  bench.sight("a.com", "1.1.1.1", 60s, 1);
  EXPECT_EQ(bench.feed.size(), 2U);
  bench.table.configure(0, {.group = 2});
  EXPECT_EQ(bench.feed.find(key("1.1.1.1", 0)), 0U);
  EXPECT_NE(bench.feed.find(key("1.1.1.1", 1)), 0U);
  EXPECT_FALSE(bench.sight("a.com", "1.1.1.1").fresh);
  EXPECT_NE(bench.feed.find(key("1.1.1.1", 2)), 0U);
  bench.table.retire(1, bench.now);
  EXPECT_FALSE(bench.table.has(1));
  EXPECT_EQ(bench.feed.size(), 1U);
}

TEST(LeaseTable, B17_says_which_leases_stand_behind_a_route) {
  Bench bench({.floor = 1s, .grace = 100s});
  const std::vector<Prefix> networks = {prefix("1.1.1.1/32")};
  bench.table.set_networks(0, networks);
  bench.sight("a.com", "1.1.1.1", 10s);
  bench.sight("b.com", "1.1.1.1", 30s);
  bench.after(20s);
  std::map<std::string, Provenance> found;
  bench.table.each_lease(bench.feed.find(key("1.1.1.1")), bench.now, [&](const Provenance& lease) {
    found[lease.name.empty() ? "" : dns::wire_name_to_text(lease.name)] = lease;
  });
  ASSERT_EQ(found.size(), 3U);
  EXPECT_EQ(found[""].state, LeaseState::kStatic);
  EXPECT_EQ(found["a.com."].state, LeaseState::kGrace);
  EXPECT_EQ(found["a.com."].left, 90s);
  EXPECT_EQ(found["b.com."].state, LeaseState::kActive);
  EXPECT_EQ(found["b.com."].left, 10s);
}

TEST(LeaseTable, T6_expiry_is_done_in_steps_so_that_a_new_route_need_not_wait) {
  Bench bench({.floor = 1s, .grace = 0s, .most_per_name = 1000});
  for (int i = 0; i < 200; ++i) bench.sight("a.com", "1.1.1." + std::to_string(i), 1s);
  bench.told();
  bench.now += 10s;
  bench.table.advance(bench.now, 50);
  bench.sight("b.com", "1.1.2.1");
  const Told told = bench.told();
  EXPECT_EQ(told.front(), "+1.1.2.1/32");
  EXPECT_LE(told.size(), 51U);
  EXPECT_EQ(bench.after(0s).size() + told.size(), 201U);
}

TEST(LeaseTable, says_when_to_look_again) {
  Bench bench({.floor = 4s, .grace = 5s});
  EXPECT_EQ(bench.table.next_due(), std::nullopt);
  bench.sight("a.com", "1.1.1.1", 0s);
  EXPECT_EQ(bench.table.next_due(), kStart + 4s);
  bench.after(4s);
  EXPECT_EQ(bench.table.next_due(), kStart + 9s);
}

/// What the table must hold, told in the plainest way.
struct Model {
  struct Entry {
    Instant expires;
    Instant end;
  };
  std::map<std::tuple<size_t, std::string, std::string>, Entry> leases;

  std::set<std::string> routes(const LeaseTable& table) const {
    std::set<std::string> found;
    for (const auto& [which, entry] : leases)
      found.insert(std::to_string(table.policy(std::get<0>(which)).group) + " " +
                   std::get<2>(which) + "/32");
    return found;
  }
};

TEST(LeaseTable, no_route_without_a_lease_and_no_lease_without_a_route) {
  EXPECT_TRUE(rc::check("routes equal leases", [] {
    Bench bench({.floor = 2s, .ceil = 1h, .grace = 3s});
    bench.table.configure(1, {.group = 1, .floor = 5s, .ceil = 20s, .grace = 0s});
    bench.table.configure(2, {.group = 1, .floor = 1s, .ceil = 1h, .grace = 60s});
    kit::Follower follower(bench.feed);
    Model model;
    const auto steps = *rc::gen::inRange(0, 200);
    for (int i = 0; i < steps; ++i) {
      const auto set = static_cast<size_t>(*rc::gen::inRange(0, 3));
      const std::string name = *rc::gen::element<std::string>("a.com", "b.com", "c.com");
      const std::string host = "1.1.1." + std::to_string(*rc::gen::inRange(0, 6));
      const auto ttl = std::chrono::seconds(*rc::gen::inRange(0, 100));
      RC_ASSERT(!bench.sight(name, host, ttl, set).refusal);
      const SetPolicy& policy = bench.table.policy(set);
      const Instant expires = bench.now + std::clamp<Duration>(ttl, policy.floor, policy.ceil);
      auto& entry = model.leases[{set, name, host}];
      entry.expires = std::max(entry.expires, expires);
      entry.end = entry.expires + policy.grace;
      bench.after(std::chrono::milliseconds(100 * *rc::gen::inRange(0, 60)));
      std::erase_if(model.leases, [&](auto& each) { return each.second.end <= bench.now; });
      RC_ASSERT(follower.follow());
      RC_ASSERT(follower.held() == model.routes(bench.table));
      RC_ASSERT(bench.table.size() == model.leases.size());
    }
    bench.after(2h);
    RC_ASSERT(follower.follow());
    RC_ASSERT(follower.held().empty() && bench.table.size() == 0 && bench.feed.size() == 0);
  }));
}

}  // namespace
}  // namespace weir::route
