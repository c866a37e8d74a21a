// Trees into settings: values land in their members; unknown, missing and doubled keys are found.
#include "config/bind.h"

#include <gtest/gtest.h>

#include "config/sample.h"

namespace weir::config {
namespace {

using sample::complaints;
using sample::settings_table;

TEST(Bind, every_kind_lands_in_its_member) {
  const auto good = load(settings_table(), R"(
    verbose = true
    port = 5353
    mode = "truncate"
    identity = "edge one"
    password = "longenough"
    listen = ["192.0.2.1:53"]
    allow = ["10.0.0.0/8", "2001:db8::1"]
    metrics = "[::1]:9000"
    hosts = ["a.example", "b.example"]
    cache = {size = "1GiB", max_ttl = "1500ms"}
    [store]
    path = "/tmp/x"
    [[upstreams]]
    name = "a"
    address = "9.9.9.9"
    weight = 3
    [[upstreams]]
    name = "b"
    address = "[2620:fe::fe]:853"
  )",
                         "weir.toml");
  ASSERT_TRUE(good) << to_text(good.error());
  EXPECT_TRUE(good->verbose);
  EXPECT_EQ(good->port, 5353);
  EXPECT_EQ(good->mode, sample::Mode::kTruncate);
  EXPECT_EQ(good->identity, "edge one");
  EXPECT_EQ(good->password, "longenough");
  EXPECT_EQ(good->listen, std::vector{*Endpoint::parse("192.0.2.1:53")});
  EXPECT_EQ(good->allow,
            (std::vector{*Prefix::parse("10.0.0.0/8"), *Prefix::parse("2001:db8::1")}));
  EXPECT_EQ(good->metrics, Endpoint::parse("[::1]:9000"));
  ASSERT_EQ(good->hosts.size(), 2);
  EXPECT_EQ(good->hosts[1].text, "b.example");
  EXPECT_EQ(good->cache.size_octets, uint64_t{1} << 30);
  EXPECT_EQ(good->cache.max_ttl, 1500ms);
  ASSERT_TRUE(good->store);
  EXPECT_EQ(good->store->path, "/tmp/x");
  ASSERT_EQ(good->upstreams.size(), 2);
  EXPECT_EQ(good->upstreams[0].weight, 3);
  EXPECT_EQ(good->upstreams[1].address, *Endpoint::parse("[2620:fe::fe]:853"));
}

TEST(Bind, an_empty_file_gives_the_defaults) {
  const auto loaded = load(settings_table(), "", "weir.toml");
  ASSERT_TRUE(loaded) << to_text(loaded.error());
  EXPECT_EQ(loaded->port, 53);
  EXPECT_EQ(loaded->listen.size(), 2);
  EXPECT_EQ(loaded->allow.size(), 2);
  EXPECT_EQ(loaded->cache.size_octets, uint64_t{64} << 20);
  EXPECT_FALSE(loaded->password);
  EXPECT_FALSE(loaded->metrics);
  EXPECT_FALSE(loaded->store);
  ASSERT_EQ(loaded->upstreams.size(), 1);
  EXPECT_EQ(loaded->upstreams[0].name, "one");
}

TEST(Bind, a_table_that_is_named_is_there) {
  const auto loaded = load(settings_table(), "[store]\n", "weir.toml");
  ASSERT_TRUE(loaded);
  ASSERT_TRUE(loaded->store);
  EXPECT_EQ(loaded->store->path, "/var/lib/weir/log.db");
}

TEST(Bind, an_empty_list_of_tables_is_not_the_default) {
  const auto loaded = load(settings_table(), "upstreams = []\n", "weir.toml");
  ASSERT_TRUE(loaded);
  EXPECT_TRUE(loaded->upstreams.empty());
}

TEST(Bind, unknown_keys_are_errors_at_any_depth) {
  EXPECT_EQ(complaints("portt = 1\n[cache]\n  sise = 1\n[zzzzzzzz]\n"),
            "weir.toml:1:1: unknown key \"portt\"; did you mean \"port\"\n"
            "weir.toml:3:3: unknown key \"cache.sise\"; did you mean \"size\"\n"
            "weir.toml:4:2: unknown key \"zzzzzzzz\"\n");
}

TEST(Bind, missing_keys_are_shown_where_their_table_is) {
  EXPECT_EQ(complaints("[[upstreams]]\nname = \"a\"\n"),
            "weir.toml:1:1: upstreams.0.address is missing; expected an address with port such as "
            "\"192.0.2.1:53\" or \"[2001:db8::1]:53\"\n");
}

TEST(Bind, tables_and_lists_must_be_such) {
  EXPECT_EQ(complaints("cache = 1\nupstreams = \"a\"\nstore = [1]\n"),
            "weir.toml:1:9: cache: 1 is not a table; expected a table\n"
            "weir.toml:2:13: upstreams: \"a\" is not a list; expected a list of tables\n"
            "weir.toml:3:9: store: a list is not a table; expected a table\n");
  EXPECT_EQ(complaints("upstreams = [1]\n"),
            "weir.toml:1:14: upstreams.0: 1 is not a table; expected a table\n");
  EXPECT_EQ(complaints("upstreams = [{}, {}, {}, {}]\n"),
            "weir.toml:1:13: upstreams: 4 tables are too many; expected at most 3\n");
}

TEST(Bind, names_in_a_list_of_tables_are_unique) {
  EXPECT_EQ(
      complaints("[[upstreams]]\nname = \"a\"\naddress = \"1.1.1.1\"\n"
                 "[[upstreams]]\naddress = \"1.1.1.2\"\nname = \"a\"\n"),
      "weir.toml:6:8: upstreams: name \"a\" is there already, at weir.toml:2:8; expected each "
      "once\n");
}

TEST(Bind, rules_over_several_keys_point_at_the_key) {
  EXPECT_EQ(complaints("[cache]\nmin_ttl = \"1h\"\nmax_ttl = \"1m\"\n"),
            "weir.toml:3:11: cache.max_ttl is below min_ttl\n");
}

TEST(Bind, rules_are_silent_while_a_key_is_wrong) {
  EXPECT_EQ(complaints("[cache]\nmin_ttl = \"1h\"\nmax_ttl = \"1m\"\nsize = \"1B\"\n"),
            "weir.toml:4:8: cache.size: \"1B\" is out of range; expected a size such as \"64MiB\", "
            "1MiB to 1TiB\n");
}

}  // namespace
}  // namespace weir::config
