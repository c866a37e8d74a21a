// Tests of what becomes of a settings file of dnstap-bgp.
#include "app/dnstap_bgp/dnstap_bgp.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/settings.h"
#include "config/load.h"

namespace weir::app {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

constexpr std::string_view kWhole = R"(
Domains = "/etc/dnstap-bgp/domains.txt"
cache = "/var/lib/dnstap-bgp/cache.db"
TTL = "1h30m"
ipv6 = true
[DNStap]
listen = "/run/dnstap.sock"
perm = "0666"
[bgp]
AS = 65000
routerid = "192.0.2.1"
nextHop = "192.0.2.9"
sourceIP = "192.0.2.2"
peers = ["192.0.2.3", "[2001:db8::1]:1179", "router.example:179"]
[syncer]
listen = "0.0.0.0:8080"
)";

/// The imported file, as weir reads it.
Settings import(std::string_view text) {
  const auto toml = settings_from_dnstap_bgp(text, "old.toml");
  EXPECT_TRUE(toml.ok()) << config::to_text(toml.error());
  const auto settings = config::load(settings_table(), *toml, "new.toml");
  EXPECT_TRUE(settings.ok()) << config::to_text(settings.error()) << *toml;
  return *settings;
}
std::string mistakes(std::string_view text) {
  const auto toml = settings_from_dnstap_bgp(text, "old.toml");
  EXPECT_FALSE(toml.ok());
  return toml.ok() ? "" : config::to_text(toml.error());
}
std::string with(std::string_view from, std::string_view to) {
  std::string text(kWhole);
  const size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos);
  return text.replace(at, from.size(), to);
}

TEST(DnstapBgp, R18_a_whole_file_means_the_same_here) {
  const Settings settings = import(kWhole);
  ASSERT_THAT(settings.source.dnstap, SizeIs(1));
  EXPECT_EQ(settings.source.dnstap[0].listen[0].to_text(), "unix:/run/dnstap.sock");
  EXPECT_EQ(settings.source.dnstap[0].socket.mode, 0666u);
  const route::RouteSettings& route = settings.route;
  EXPECT_EQ(route.as, 65000u);
  EXPECT_EQ(route.router_id->to_text(), "192.0.2.1");
  ASSERT_THAT(route.sets, SizeIs(1));
  const route::SetSettings& set = route.sets[0];
  EXPECT_THAT(set.lists, ElementsAre("/etc/dnstap-bgp/domains.txt"));
  EXPECT_EQ(set.floor, 90min);
  EXPECT_EQ(set.ceil, 90min);
  EXPECT_EQ(set.grace, 0s);
  EXPECT_TRUE(set.ipv6);
  EXPECT_EQ(set.next_hop_v4->to_text(), "192.0.2.9");
  EXPECT_EQ(set.next_hop_v6->to_text(), "fd00::1");
  EXPECT_TRUE(set.communities.empty());
  ASSERT_THAT(route.peers, SizeIs(3));
  for (const route::PeerSettings& peer : route.peers) {
    EXPECT_EQ(peer.as, 65000u);
    EXPECT_EQ(peer.local_address->to_text(), "192.0.2.2");
    EXPECT_FALSE(peer.passive);
  }
  EXPECT_EQ(route.peers[1].address, "[2001:db8::1]:1179");
  const auto toml = settings_from_dnstap_bgp(kWhole, "old.toml");
  EXPECT_THAT(*toml, HasSubstr("# Not carried over:"));
  EXPECT_THAT(*toml, HasSubstr("cache"));
  EXPECT_THAT(*toml, HasSubstr("[syncer]"));
}

TEST(DnstapBgp, B_20_B_15_what_is_not_said_has_the_default_of_dnstap_bgp) {
  const Settings settings = import(
      "domains = \"/d\"\n[dnstap]\nlisten = \"127.0.0.1:6000\"\n"
      "[bgp]\nas = 1\nrouterID = \"192.0.2.1\"\npeers = [\"192.0.2.3\"]\n");
  EXPECT_EQ(settings.route.sets[0].floor, 24h);
  EXPECT_FALSE(settings.route.sets[0].ipv6);
  EXPECT_EQ(settings.source.dnstap[0].listen[0].to_text(), "tcp:127.0.0.1:6000");
}

TEST(DnstapBgp, B_26_the_next_hop_is_its_own_else_where_sessions_come_from_else_the_router_id) {
  const auto hop = [](const std::string& text) {
    return import(text).route.sets[0].next_hop_v4->to_text();
  };
  EXPECT_EQ(hop(with("nextHop = \"192.0.2.9\"\n", "")), "192.0.2.2");
  std::string neither = with("nextHop = \"192.0.2.9\"\nsourceIP = \"192.0.2.2\"\n", "");
  EXPECT_EQ(hop(neither), "192.0.2.1");
  EXPECT_EQ(hop(with("sourceIP = \"192.0.2.2\"", "sourceIP = \"2001:db8::2\"")), "192.0.2.9");
}

TEST(DnstapBgp, D_35_a_life_that_cannot_be_read_is_a_mistake_with_its_place) {
  EXPECT_THAT(mistakes(with("1h30m", "abc")), HasSubstr("old.toml:4:"));
  for (const char* bad : {"10", "-5s", "0s", "1h abc", "h", "1d"})
    EXPECT_THAT(mistakes(with("1h30m", bad)), HasSubstr("ttl is")) << bad;
  for (const char* good : {"90s", "1.5h", "500ms", "1h0m0s"})
    EXPECT_TRUE(settings_from_dnstap_bgp(with("1h30m", good), "old.toml").ok()) << good;
}

TEST(DnstapBgp, D_36_what_is_missing_is_told_all_at_once) {
  const std::string text = mistakes("ttl = \"1h\"\n");
  EXPECT_THAT(text, HasSubstr("[dnstap] is missing"));
  EXPECT_THAT(text, HasSubstr("[bgp] is missing"));
  const std::string empty = mistakes("[dnstap]\n[bgp]\n");
  for (const char* key : {"dnstap.listen", "bgp.as", "bgp.routerID", "domains", "bgp.peers"})
    EXPECT_THAT(empty, HasSubstr(std::string(key) + " is missing"));
}

TEST(DnstapBgp, values_of_the_wrong_kind_are_mistakes) {
  EXPECT_THAT(mistakes(with("65000", "\"x\"")), HasSubstr("as is"));
  EXPECT_THAT(mistakes(with("0666", "999")), HasSubstr("perm is"));
  EXPECT_THAT(mistakes(with("\"192.0.2.9\"", "\"fd00::1\"")), HasSubstr("nextHop is"));
  EXPECT_THAT(mistakes(with("ipv6 = true", "ipv6 = \"yes\"")), HasSubstr("ipv6 is"));
  EXPECT_THAT(mistakes(with("\"192.0.2.3\"", "\"bad host\"")), HasSubstr("a peer is"));
  EXPECT_THAT(mistakes(with("/run/dnstap.sock", "run/x")), HasSubstr("listen is"));
  EXPECT_THAT(mistakes("= nonsense"), HasSubstr("old.toml:1:"));
}

}  // namespace
}  // namespace weir::app
