// The variables of dns-tls-proxy.
#include "app/environment.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "app/settings.h"

namespace weir::app {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

using Variables = std::map<std::string, std::string>;

config::Loaded<Settings> load(Variables variables, std::string_view file = "") {
  const auto environment = [variables](const std::string& variable) -> std::optional<std::string> {
    const auto found = variables.find(variable);
    return found == variables.end() ? std::nullopt : std::optional(found->second);
  };
  config::Diagnostics wrong;
  const auto overrides = overrides_from_environment(environment, wrong);
  if (!wrong.empty()) return wrong;
  return config::load(settings_table(), file, "weir.toml", overrides);
}

TEST(Environment, P02_address_and_port_say_where_clients_are_answered) {
  const auto both = load({{"BIND_ADDRESS", "192.0.2.1"}, {"BIND_PORT", "53"}});
  ASSERT_TRUE(both.ok()) << config::to_text(both.error());
  ASSERT_THAT(both->edge.listen, SizeIs(1));
  EXPECT_EQ(both->edge.listen[0].to_text(), "192.0.2.1:53");
  EXPECT_EQ(load({{"BIND_ADDRESS", "::"}})->edge.listen[0].to_text(), "[::]:8853");
  const auto port = load({{"BIND_PORT", "5300"}}, "[edge]\nlisten = [\"192.0.2.9:53\"]");
  EXPECT_EQ(port->edge.listen[0].to_text(), "127.0.0.1:5300");
  EXPECT_EQ(port->edge.listen[1].to_text(), "[::1]:5300");
}

TEST(Environment, P02_the_metrics_port_opens_the_alias) {
  const auto settings = load({{"METRICS_PORT", "5000"}, {"BIND_ADDRESS", "0.0.0.0"}});
  ASSERT_THAT(settings->control.alias_listen, SizeIs(1));
  EXPECT_EQ(settings->control.alias_listen[0].to_text(), "0.0.0.0:5000");
  EXPECT_EQ(load({{"METRICS_PORT", "5000"}})->control.alias_listen[0].to_text(), "127.0.0.1:5000");
}

TEST(Environment, P02_the_upstream_replaces_those_of_the_file) {
  const auto settings = load({{"UPSTREAM_ADDRESS", "192.0.2.53"}},
                             "[[edge.upstreams]]\naddress = \"tls://192.0.2.1\"");
  ASSERT_TRUE(settings.ok()) << config::to_text(settings.error());
  ASSERT_THAT(settings->edge.upstreams, SizeIs(1));
  EXPECT_EQ(settings->edge.upstreams[0].address, "tls://192.0.2.53");
  EXPECT_EQ(load({{"UPSTREAM_ADDRESS", "dns.example"}})->edge.upstreams[0].address,
            "tls://dns.example");
}

TEST(Environment, D56_words_for_off_are_off) {
  for (const char* off : {"", "0", "false", "FALSE", "no", "off", "Off"}) {
    const auto settings = load({{"DEBUG", off}}, "[edge]\ndebug_payloads = true");
    ASSERT_TRUE(settings.ok()) << off;
    EXPECT_FALSE(settings->edge.debug_payloads) << off;
    EXPECT_EQ(settings->log.level, log::Level::kInfo) << off;
  }
  for (const char* on : {"1", "true", "yes", "x"}) {
    const auto settings = load({{"DEBUG", on}});
    EXPECT_TRUE(settings->edge.debug_payloads) << on;
    EXPECT_EQ(settings->log.level, log::Level::kDebug) << on;
  }
  EXPECT_TRUE(load({}, "[edge]\ndebug_payloads = true")->edge.debug_payloads);
}

TEST(Environment, empty_variables_count_as_not_set) {
  const auto settings = load(
      {{"BIND_ADDRESS", ""}, {"BIND_PORT", ""}, {"METRICS_PORT", ""}, {"UPSTREAM_ADDRESS", ""}});
  ASSERT_TRUE(settings.ok());
  EXPECT_THAT(settings->edge.listen, SizeIs(2));
  EXPECT_THAT(settings->edge.upstreams, SizeIs(2));
}

TEST(Environment, mistakes_name_the_variable) {
  EXPECT_THAT(config::to_text(load({{"BIND_PORT", "65536"}}).error()), HasSubstr("BIND_PORT"));
  EXPECT_THAT(config::to_text(load({{"METRICS_PORT", "0"}}).error()), HasSubstr("METRICS_PORT"));
  EXPECT_THAT(config::to_text(load({{"BIND_ADDRESS", "localhost"}}).error()),
              HasSubstr("BIND_ADDRESS"));
  EXPECT_THAT(config::to_text(load({{"UPSTREAM_ADDRESS", "a b\""}}).error()),
              HasSubstr("UPSTREAM"));
}

}  // namespace
}  // namespace weir::app
