// Each kind of value: what is refused, in which words, at which place.
#include "config/read.h"

#include <gtest/gtest.h>

#include "config/sample.h"

namespace weir::config {
namespace {

using sample::complaints;

struct Case {
  const char* text;
  const char* complaint;
};

class Refusal : public testing::TestWithParam<Case> {};

TEST_P(Refusal, names_place_expectation_and_guess) {
  EXPECT_EQ(complaints(GetParam().text), std::string("weir.toml:") + GetParam().complaint + "\n");
}

INSTANTIATE_TEST_SUITE_P(
    Read, Refusal,
    testing::Values(
        Case{"verbose = \"true\"",
             "1:11: verbose: \"true\" is not a valid boolean; expected true or false; did you mean "
             "true"},
        Case{"verbose = 1", "1:11: verbose: 1 is not a valid boolean; expected true or false"},
        Case{"\nport = 65536",
             "2:8: port: 65536 is out of range; expected a whole number, 1 to 65535"},
        Case{"port = 1.5",
             "1:8: port: 1.5 is not a valid whole number; expected a whole number, 1 to 65535"},
        Case{"port = \"53\"",
             "1:8: port: \"53\" is not a valid whole number; expected a whole number, 1 to 65535; "
             "did "
             "you mean 53"},
        Case{
            "mode = \"refuse\"",
            "1:8: mode: \"refuse\" is not a valid choice; expected one of drop, refused, truncate; "
            "did you mean \"refused\""},
        Case{"mode = true",
             "1:8: mode: true is not a valid choice; expected one of drop, refused, truncate"},
        Case{"identity = 1979-05-27",
             "1:12: identity: a date is not a valid text; expected a text in quotes"},
        Case{
            "identity = 5",
            "1:12: identity: 5 is not a valid text; expected a text in quotes; did you mean \"5\""},
        Case{"listen = \"127.0.0.1:53\"",
             "1:10: listen: \"127.0.0.1:53\" is not a list; expected a list, each an address with "
             "port such as \"192.0.2.1:53\" or \"[2001:db8::1]:53\""},
        Case{"listen = [\n  \"127.0.0.1\"]",
             "2:3: listen: \"127.0.0.1\" is not a valid endpoint; expected a list, each an address "
             "with port such as \"192.0.2.1:53\" or \"[2001:db8::1]:53\""},
        Case{"listen = [\"1.1.1.1:1\", \"1.1.1.1:2\", \"1.1.1.1:3\", \"1.1.1.1:4\"]",
             "1:10: listen: 4 items are too many; expected at most 3"},
        Case{"allow = [\"10.0.0.0/33\"]",
             "1:10: allow: \"10.0.0.0/33\" is not a valid network; expected a list, each a network "
             "such as \"192.0.2.0/24\" or \"2001:db8::/32\""},
        Case{"hosts = [\"a b\"]",
             "1:10: hosts: \"a b\" is not what it should be; expected a list, each a host name"},
        Case{"[cache]\nsize = 64",
             "2:8: cache.size: 64 is not a valid size; expected a size such as \"64MiB\", 1MiB to "
             "1TiB"},
        Case{"[cache]\nsize = \"64KiB\"",
             "2:8: cache.size: \"64KiB\" is out of range; expected a size such as \"64MiB\", 1MiB "
             "to "
             "1TiB"},
        Case{
            "[cache]\nmax_ttl = 30",
            "2:11: cache.max_ttl: 30 is not a valid duration; expected a duration such as \"30s\", "
            "1s to 1w; did you mean \"30s\""},
        Case{"[cache]\nmax_ttl = \"90\"",
             "2:11: cache.max_ttl: \"90\" is not a valid duration; expected a duration such as "
             "\"30s\", 1s to 1w; did you mean \"90s\""},
        Case{"[store]\npath = \"\"",
             "2:8: store.path: \"\" is not a valid path; expected a path in quotes"},
        Case{"[[upstreams]]\nname = \"a\"\naddress = \"1.1.1.1\"\nweight = nan",
             "4:10: upstreams.0.weight: nan is not a valid number; expected a number, 0 to 100"},
        Case{"[[upstreams]]\nname = \"\"\naddress = \"1.1.1.1\"",
             "2:8: upstreams.0.name: \"\" is out of range; expected a text in quotes, 1 to 63 "
             "octets"}));

TEST(Read, a_secret_never_stands_in_a_complaint) {
  for (const auto* text : {"password = \"hunter2\"", "password = 1234567"}) {
    const std::string said = complaints(text);
    EXPECT_NE(said.find("weir.toml:1:12: password: \"***\" is"), std::string::npos) << said;
    EXPECT_EQ(said.find("hunter2"), std::string::npos) << said;
    EXPECT_EQ(said.find("1234567"), std::string::npos) << said;
  }
}

TEST(Read, endpoints_take_the_default_port_where_there_is_one) {
  const auto loaded = load(sample::settings_table(), "", "weir.toml");
  ASSERT_TRUE(loaded) << to_text(loaded.error());
  EXPECT_EQ(loaded->upstreams[0].address, *Endpoint::parse("1.1.1.1:853"));
}

}  // namespace
}  // namespace weir::config
