// The table of the query plane: defaults that hold together, ranges that bite.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/load.h"
#include "edge/settings_table.h"

namespace weir::edge {
namespace {

using ::testing::HasSubstr;

config::Loaded<EdgeSettings> load(std::string_view text) {
  return config::load(settings_table(), text, "edge.toml");
}
std::string mistakes(std::string_view text) {
  const auto settings = load(text);
  return settings ? "" : config::to_text(settings.error());
}

TEST(EdgeSettingsTable, defaults_are_those_documented) {
  const auto settings = load("");
  ASSERT_TRUE(settings.ok()) << config::to_text(settings.error());
  EXPECT_EQ(settings->attempt_timeout, 900ms);
  EXPECT_EQ(settings->max_queries, 16384u);
  EXPECT_EQ(settings->tcp.max_connections_per_client, 100u);
  EXPECT_EQ(settings->tcp.first_octet_timeout, 2s);
  EXPECT_EQ(settings->cache.max_entry_octets, 8u << 10);
  EXPECT_EQ(settings->cache.max_failure_ttl, 5min);
  EXPECT_EQ(settings->health.max_failures, 1u);
  EXPECT_EQ(settings->upstreams.at(1).max_in_flight, 1000u);
  EXPECT_TRUE(settings->upstreams.at(0).prewarm);
  EXPECT_EQ(settings->bootstrap.size(), 2u);
}

TEST(EdgeSettingsTable, limits_are_enforced) {
  EXPECT_THAT(mistakes("udp_payload = 511"), HasSubstr("512 to 4096"));
  EXPECT_THAT(mistakes("query_timeout = \"2h\""), HasSubstr("query_timeout"));
  EXPECT_THAT(mistakes("max_queries = 0"), HasSubstr("max_queries"));
  EXPECT_THAT(mistakes("listen = [\"127.0.0.1\"]"), "");  // port 53
  EXPECT_THAT(mistakes("allow = [\"10.0.0.0/33\"]"), HasSubstr("allow"));
}

TEST(EdgeSettingsTable, two_upstreams_of_one_name_are_a_mistake) {
  EXPECT_THAT(mistakes("[[upstreams]]\nname = \"a\"\naddress = \"1.1.1.1\"\n"
                       "[[upstreams]]\nname = \"a\"\naddress = \"9.9.9.9\"\n"),
              HasSubstr("edge.toml:5:"));
}

TEST(EdgeSettingsTable, an_upstream_without_an_address_is_a_mistake) {
  EXPECT_THAT(mistakes("[[upstreams]]\nname = \"a\"\n"), HasSubstr("address"));
}

}  // namespace
}  // namespace weir::edge
