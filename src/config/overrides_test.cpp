// Environment variables and --set: same rules as the file, positions of their own.
#include "config/overrides.h"

#include <gtest/gtest.h>

#include "config/sample.h"

namespace weir::config {
namespace {

using sample::complaints;
using sample::settings_table;

std::vector<Override> set(std::vector<std::string> arguments) {
  Diagnostics wrong;
  auto overrides = from_arguments(arguments, wrong);
  EXPECT_TRUE(wrong.empty()) << to_text(wrong);
  return overrides;
}

TEST(Overrides, later_wins_over_earlier_and_both_over_the_file) {
  const auto loaded = load(settings_table(), "port = 1000\nidentity = \"file\"\n", "weir.toml",
                           set({"port=2000", "port=3000", "cache.size=2GiB", "mode=refused",
                                "listen=192.0.2.1:53, [::1]:53", "verbose=true", "identity=a=b"}));
  ASSERT_TRUE(loaded) << to_text(loaded.error());
  EXPECT_EQ(loaded->port, 3000);
  EXPECT_EQ(loaded->identity, "a=b");
  EXPECT_EQ(loaded->cache.size_octets, uint64_t{2} << 30);
  EXPECT_EQ(loaded->mode, sample::Mode::kRefused);
  EXPECT_EQ(loaded->listen.size(), 2);
  EXPECT_TRUE(loaded->verbose);
}

TEST(Overrides, reach_into_lists_of_tables_by_name_and_place) {
  const auto loaded = load(settings_table(), "", "weir.toml",
                           set({"upstreams.one.address=9.9.9.9", "upstreams.0.weight=5",
                                "upstreams.1.name=two", "upstreams.two.address=[::1]:1"}));
  ASSERT_TRUE(loaded) << to_text(loaded.error());
  ASSERT_EQ(loaded->upstreams.size(), 2);
  EXPECT_EQ(loaded->upstreams[0].address, *Endpoint::parse("9.9.9.9:853"));
  EXPECT_EQ(loaded->upstreams[0].weight, 5);
  EXPECT_EQ(loaded->upstreams[1].name, "two");
}

TEST(Overrides, replace_a_list_of_tables_as_a_whole) {
  const auto loaded = load(settings_table(), "", "weir.toml",
                           set({"upstreams=[{name = \"x\", address = \"192.0.2.9\"}]"}));
  ASSERT_TRUE(loaded) << to_text(loaded.error());
  ASSERT_EQ(loaded->upstreams.size(), 1);
  EXPECT_EQ(loaded->upstreams[0].name, "x");
}

TEST(Overrides, complain_with_their_own_origin) {
  EXPECT_EQ(complaints("", set({"portt=1"})),
            "--set portt: unknown key \"portt\"; did you mean \"port\"\n");
  EXPECT_EQ(complaints("", set({"port=70000"})),
            "--set port: port: 70000 is out of range; expected a whole number, 1 to 65535\n");
  EXPECT_EQ(complaints("", set({"port=many"})),
            "--set port: port: \"many\" is not a valid whole number; expected a whole number, 1 to "
            "65535\n");
  EXPECT_EQ(complaints("", set({"port.x=1"})), "--set port.x: \"port\" has no keys below it\n");
  EXPECT_EQ(
      complaints("", set({"upstreams.5.name=x"})),
      "--set upstreams.5.name: \"upstreams\" has no element \"5\"; expected 0 to 1, or a name\n");
  EXPECT_EQ(complaints("", set({"upstreams.0=x"})),
            "--set upstreams.0: \"upstreams.0\" is a table; expected one of its keys\n");
  EXPECT_EQ(complaints("", set({"upstreams=x"})),
            "--set upstreams: upstreams: \"x\" is not a list; expected a list of tables\n");
}

TEST(Overrides, must_be_utf8_like_the_file) {
  EXPECT_EQ(complaints("", set({"identity=\xff"})),
            "--set identity: the value is not UTF-8 text\n");
  EXPECT_EQ(complaints("", set({"identity=\xc3\xa9\n\x01"})), "");
}

TEST(Overrides, do_not_hide_what_is_wrong_with_the_file) {
  EXPECT_EQ(complaints("cache = 3\nupstreams = 4", set({"cache.size=1GiB", "upstreams.0.name=x"})),
            "weir.toml:1:9: cache: 3 is not a table; expected a table\n"
            "weir.toml:2:13: upstreams: 4 is not a list; expected a list of tables\n");
}

TEST(Overrides, an_argument_without_equals_sets_nothing) {
  Diagnostics wrong;
  const std::vector<std::string> arguments = {"verbose", "=1"};
  EXPECT_TRUE(from_arguments(arguments, wrong).empty());
  EXPECT_EQ(to_text(wrong),
            "--set: \"verbose\" sets nothing; expected key=value\n"
            "--set: \"=1\" sets nothing; expected key=value\n");
}

TEST(Overrides, P02_variables_set_keys_and_complain_by_name) {
  const std::vector<EnvironmentRule> rules = {
      {"BIND_PORT", "port"},
      {"UNSET", "identity"},
      {"DEBUG", "verbose",
       [](std::string_view text) -> Result<std::string> {
         return std::string(text.empty() || text == "0" ? "false" : "true");
       }},
      {"HOST", "identity", [](std::string_view) -> Result<std::string> {
         return Error{Fault::kConfig, "is not a host"};
       }}};
  const Environment environment = [](const std::string& name) -> std::optional<std::string> {
    if (name == "BIND_PORT") return "0";
    if (name == "DEBUG") return "0";
    if (name == "HOST") return "a b";
    return std::nullopt;
  };
  Diagnostics wrong;
  const auto overrides = from_environment(rules, environment, wrong);
  EXPECT_EQ(to_text(wrong), "environment variable HOST: \"a b\" is not a host\n");
  ASSERT_EQ(overrides.size(), 2);
  EXPECT_EQ(overrides[1].text, "false") << "D-56";
  EXPECT_EQ(
      complaints("", overrides),
      "environment variable BIND_PORT: port: 0 is out of range; expected a whole number, 1 to "
      "65535\n");
}

TEST(Overrides, the_process_has_an_environment) {
  EXPECT_TRUE(process_environment("PATH"));
  EXPECT_FALSE(process_environment("WEIR_NO_SUCH_VARIABLE"));
}

}  // namespace
}  // namespace weir::config
