// Effective settings as TOML: readable, masked, and loading back to the same.
#include "config/show.h"

#include <gtest/gtest.h>

#include "config/changes.h"
#include "config/sample.h"

namespace weir::config {
namespace {

using sample::settings_table;

std::string shown(std::string_view text) {
  const auto loaded = load(settings_table(), text, "weir.toml");
  EXPECT_TRUE(loaded) << to_text(loaded.error());
  return show(settings_table(), *loaded);
}

TEST(Show, defaults_stand_without_comments) {
  EXPECT_EQ(shown(""), R"(verbose = false
port = 53
mode = "drop"
identity = ""
# password is not set
listen = ["127.0.0.1:8853", "[::1]:8853"]
allow = ["127.0.0.0/8", "::1/128"]
# metrics is not set
hosts = []

[cache]
size = "64MiB"
min_ttl = "0s"
max_ttl = "1d"

[[upstreams]]
name = "one"
address = "1.1.1.1:853"
weight = 1
)");
}

TEST(Show, what_differs_has_its_default_beside_it) {
  const std::string text = shown("port = 5300\nhosts = [\"a\"]\n[cache]\nsize = \"1GiB\"\n");
  EXPECT_NE(text.find("port = 5300  # default: 53\n"), std::string::npos) << text;
  EXPECT_NE(text.find("hosts = [\"a\"]  # default: []\n"), std::string::npos) << text;
  EXPECT_NE(text.find("size = \"1GiB\"  # default: \"64MiB\"\n"), std::string::npos) << text;
}

TEST(Show, secrets_are_masked) {
  const std::string text = shown("password = \"correct horse\"");
  EXPECT_NE(text.find("password = \"***\"\n"), std::string::npos) << text;
  EXPECT_EQ(text.find("horse"), std::string::npos);
}

TEST(Show, what_is_shown_loads_back_to_the_same_settings) {
  const auto table = settings_table();
  for (const auto* text : {"", "upstreams = []", "[store]\n", "[store]\npath = \"/a \\\"b\\\"\\n\"",
                           "identity = \"\\u0001 # \\\\ \xc3\xa9\"\nallow = []\nlisten = "
                           "[\"[::]:1\"]\nmetrics = \"1.2.3.4:5\"",
                           "[cache]\nsize = \"1048577B\"\nmin_ttl = \"1ns\"\nmax_ttl = \"1001ms\"\n"
                           "[[upstreams]]\nname = \"a\"\naddress = \"1.1.1.1\"\nweight = 0.3\n"
                           "[[upstreams]]\nname = \"b\"\naddress = \"1.1.1.1\"\n"}) {
    const auto first = load(table, text, "weir.toml");
    ASSERT_TRUE(first) << to_text(first.error());
    const std::string page = show(table, *first);
    const auto second = load(table, page, "shown.toml");
    ASSERT_TRUE(second) << to_text(second.error()) << page;
    EXPECT_TRUE(changes(table, *first, *second).empty()) << page;
    EXPECT_EQ(show(table, *second), page);
  }
}

}  // namespace
}  // namespace weir::config
