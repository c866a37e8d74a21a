// The settings as a whole: defaults that work, and mistakes that are all told.
#include "app/settings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/changes.h"
#include "config/show.h"

namespace weir::app {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

config::Loaded<Settings> load(std::string_view text) {
  return config::load(settings_table(), text, "weir.toml");
}

TEST(Settings, nothing_said_is_a_program_that_works) {
  const auto settings = load("");
  ASSERT_TRUE(settings.ok()) << config::to_text(settings.error());
  EXPECT_EQ(settings->edge.listen[0].to_text(), "127.0.0.1:8853");
  EXPECT_EQ(settings->edge.listen[1].to_text(), "[::1]:8853");
  ASSERT_THAT(settings->edge.upstreams, SizeIs(2));
  EXPECT_EQ(settings->edge.upstreams[0].address, "tls://1.1.1.1");
  EXPECT_EQ(settings->edge.upstreams[1].name, "quad9");
  EXPECT_EQ(settings->edge.upstreams[0].max_connections, 4u);
  EXPECT_EQ(settings->edge.query_timeout, 1800ms);
  EXPECT_EQ(settings->edge.cache.size_octets, 64u << 20);
  EXPECT_EQ(settings->edge.udp_payload, 1232);
  EXPECT_EQ(settings->control.listen[0].to_text(), "127.0.0.1:8053");
  EXPECT_TRUE(settings->control.alias_listen.empty());
  EXPECT_TRUE(settings->store.enabled);
  EXPECT_TRUE(settings->sink.file.empty());
}

TEST(Settings, only_private_addresses_are_answered_by_default) {
  const auto settings = load("");
  ASSERT_TRUE(settings.ok());
  const auto allowed = [&](const char* address) {
    return std::any_of(
        settings->edge.allow.begin(), settings->edge.allow.end(),
        [&](const Prefix& each) { return each.contains(*IpAddress::parse(address)); });
  };
  for (const char* address : {"127.0.0.1", "::1", "10.1.2.3", "172.31.0.1", "192.168.9.9",
                              "fd00::1", "fe80::1", "169.254.1.1"})
    EXPECT_TRUE(allowed(address)) << address;
  for (const char* address : {"8.8.8.8", "172.32.0.1", "2001:4860::1", "0.0.0.0"})
    EXPECT_FALSE(allowed(address)) << address;
}

TEST(Settings, every_mistake_is_told_with_its_place) {
  const auto settings =
      load("[edge]\nlisen = [\"127.0.0.1:53\"]\nquery_timeout = 3\n\n[log]\nlevel = \"loud\"\n");
  ASSERT_FALSE(settings.ok());
  const std::string text = config::to_text(settings.error());
  EXPECT_THAT(settings.error(), SizeIs(3)) << text;
  EXPECT_THAT(text, HasSubstr("weir.toml:2:1:"));
  EXPECT_THAT(text, HasSubstr("did you mean \"listen\""));
  EXPECT_THAT(text, HasSubstr("weir.toml:3:"));
  EXPECT_THAT(text, HasSubstr("weir.toml:6:"));
}

TEST(Settings, what_contradicts_itself_is_refused) {
  EXPECT_FALSE(load("[edge]\nattempt_timeout = \"5s\"").ok());
  EXPECT_FALSE(load("[edge]\nlisten = []").ok());
  EXPECT_FALSE(load("[edge]\nupstreams = []").ok());
  EXPECT_FALSE(load("[[edge.upstreams]]\naddress = \"https://1.1.1.1\"").ok());
  EXPECT_FALSE(
      load("[[edge.upstreams]]\naddress = \"udp://1.1.1.1\"\ntls.subject_name = \"x\"").ok());
  EXPECT_FALSE(load("[[edge.upstreams]]\naddress = \"tls://1.1.1.1\"\ntls.pins = [\"abc\"]").ok());
  EXPECT_FALSE(load("[[edge.upstreams]]\naddress = \"tls://1.1.1.1\"\ntls.pins_only = true").ok());
  EXPECT_FALSE(load("[[sink.file]]\nname = \"store\"\npath = \"-\"").ok());
  EXPECT_FALSE(load("[edge.health]\nqname = \"a..b\"").ok());
}

TEST(Settings, sources_of_dnstap_are_told_what_is_wrong_with_them) {
  const auto words_of = [](const std::string& keys) {
    const auto settings = load("[[source.dnstap]]\n" + keys);
    return settings.ok() ? std::string("good") : config::to_text(settings.error());
  };
  EXPECT_EQ(words_of("listen = [\"unix:/run/t\", \"tcp:[::1]:6000\"]"), "good");
  EXPECT_THAT(words_of(""), HasSubstr("listen and dial are empty"));
  EXPECT_THAT(words_of("listen = [\"/run/t\"]"), HasSubstr("unix:/run/weir/dnstap.sock"));
  EXPECT_THAT(words_of("listen = [\"tcp:a.example:1\"]"), HasSubstr("has the name a.example"));
  EXPECT_THAT(words_of("listen = [\"tls:[::1]:1\"]"), HasSubstr("tls.certificate and tls.key"));
  EXPECT_THAT(words_of("name = \"edge\"\ndial = [\"unix:/run/t\"]"),
              HasSubstr("taken by the query plane"));
  EXPECT_THAT(words_of("dial = [\"unix:/t\"]\ndial_tls.certificate = \"/c\""),
              HasSubstr("go together"));
  for (const char* mode : {"0690", "01777", "rw", "", "-1"})
    EXPECT_THAT(words_of("dial = [\"unix:/t\"]\nsocket.mode = \"" + std::string(mode) + "\""),
                HasSubstr("weir.toml:3:15"));
  EXPECT_THAT(words_of("dial = [\"unix:/t\"]\n[[source.dnstap]]\ndial = [\"unix:/u\"]"),
              HasSubstr("two sources of the name dnstap"));
}

/// What is wrong with the keys of one table, or `good`.
std::string words_of(const std::string& table, const std::string& keys) {
  const auto settings = load("[[" + table + "]]\nname = \"x\"\n" + keys);
  return settings.ok() ? std::string("good") : config::to_text(settings.error());
}

TEST(Settings, sinks_into_streams_are_told_what_is_wrong_with_them) {
  EXPECT_EQ(words_of("sink.json", "to = \"tls:a.example:1\"\ntls.ca_file = \"/x\""), "good");
  EXPECT_THAT(words_of("sink.json", "to = \"/var/log/x\""), HasSubstr("is a file"));
  EXPECT_THAT(words_of("sink.json", "to = \"tcp:a:1\"\ntls.ca_file = \"/x\""),
              HasSubstr("is not tls:HOST:PORT"));
  EXPECT_THAT(words_of("sink.json", "to = \"tcp:a:1\"\nshape = \"text\""), HasSubstr("dnswatch"));
  EXPECT_EQ(words_of("sink.nats", ""), "good");
  EXPECT_THAT(words_of("sink.nats", "servers = []"), HasSubstr("servers is empty"));
  EXPECT_THAT(words_of("sink.nats", "subject = \"a.*\""), HasSubstr("words joined by dots"));
  EXPECT_THAT(words_of("sink.nats", "stream = \"a b\""), HasSubstr("does not allow"));
  EXPECT_EQ(words_of("sink.kafka", "tls = true\ncertificate = \"/a\"\ncertificate_key = \"/b\""),
            "good");
  EXPECT_THAT(words_of("sink.kafka", "brokers = []"), HasSubstr("brokers is empty"));
  EXPECT_THAT(words_of("sink.kafka", "user = \"a\""), HasSubstr("go together"));
  EXPECT_THAT(words_of("sink.kafka", "ca_file = \"/a\""), HasSubstr("tls is false"));
  EXPECT_THAT(words_of("sink.kafka", "certificate = \"/a\"\ntls = true"), HasSubstr("go together"));
  EXPECT_EQ(words_of("sink.kinesis", "endpoint = \"http://127.0.0.1:4567\""), "good");
  EXPECT_THAT(words_of("sink.kinesis", "endpoint = \"127.0.0.1\""), HasSubstr("is no URL"));
}

TEST(Settings, a_source_of_lines_listens_on_addresses) {
  EXPECT_EQ(words_of("source.json", "listen = [\"tcp:127.0.0.1:5170\", \"unix:/run/x\"]"), "good");
  EXPECT_THAT(words_of("source.json", ""), HasSubstr("listen is empty"));
  EXPECT_THAT(words_of("source.json", "listen = [\"tcp:a.example:1\"]"),
              HasSubstr("addresses only"));
  EXPECT_THAT(words_of("source.json", "listen = [\"tls:[::1]:1\"]"), HasSubstr("tls.certificate"));
}

TEST(Settings, what_is_shown_loads_to_the_same) {
  const auto settings = load(R"(
[edge]
listen = ["0.0.0.0:53"]
[[edge.upstreams]]
name = "lab"
address = "tls://192.0.2.1:8530"
tls.ca_file = "/etc/weir/ca.pem"
[[sink.file]]
name = "lines"
path = "/var/log/weir/dns.json"
rotation.size = "1GiB"
[[source.dnstap]]
listen = ["unix:/run/weir/tap.sock", "tcp:127.0.0.1:6000"]
dial = ["tls:resolver.example:6001"]
socket.mode = "0640"
)");
  ASSERT_TRUE(settings.ok()) << config::to_text(settings.error());
  const auto again = load(config::show(settings_table(), *settings));
  ASSERT_TRUE(again.ok()) << config::to_text(again.error());
  EXPECT_THAT(config::changes(settings_table(), *settings, *again), SizeIs(0));
}

TEST(Settings, the_flow_gets_the_store_and_the_sinks) {
  const auto settings = load(R"(
store.retention.age = "1d"
sink.file = [{name = "lines", path = "/x/lines"}]
sink.sqlite = [{name = "rows", path = "/x/rows.db"}]
[[sink.dnstap]]
name = "frames"
to = "tls:collector.example:6001"
tls.ca_file = "/x/ca.pem"
lane.retry_attempts = 3
)");
  ASSERT_TRUE(settings.ok());
  const flow::FlowSettings flow = flow_settings(*settings, "/x/queries.db");
  EXPECT_EQ(flow.store.path, "/x/queries.db");
  EXPECT_EQ(flow.store.retention.age, 24h);
  EXPECT_EQ(flow.store.name, "store");
  EXPECT_FALSE(flow.identity.empty());
  EXPECT_THAT(flow.version, HasSubstr("weir "));
  ASSERT_THAT(flow.sinks, SizeIs(3));
  const auto& dnstap = std::get<flow::DnstapSinkSettings>(flow.sinks[2]);
  EXPECT_EQ(dnstap.to, "tls:collector.example:6001");
  EXPECT_EQ(dnstap.tls.ca_file, "/x/ca.pem");
  EXPECT_EQ(dnstap.lane.retry_attempts, 3U);
  EXPECT_TRUE(dnstap.bidirectional && dnstap.lane.retry);
  EXPECT_EQ(dnstap.handshake_timeout, 5s);
}

TEST(Settings, E04_sinks_of_dnstap_are_told_what_is_wrong_with_them) {
  const auto words_of = [](const std::string& keys) {
    const auto settings = load("[[sink.dnstap]]\nname = \"x\"\n" + keys);
    return settings.ok() ? std::string() : config::to_text(settings.error());
  };
  EXPECT_THAT(words_of(""), HasSubstr("sink.dnstap.0.to"));
  EXPECT_THAT(words_of("to = \"unix:\""), HasSubstr("lacks a path"));
  EXPECT_THAT(words_of("to = \"tcp::1\""), HasSubstr("lacks a host"));
  EXPECT_THAT(words_of("to = \"tcp:h\""), HasSubstr("lacks a port"));
  EXPECT_THAT(words_of("to = \"tcp:h:65536\""), HasSubstr("between 1 and 65535"));
  EXPECT_THAT(words_of("to = \"/x\"\nstreams = 2"), HasSubstr("`to` is a file"));
  EXPECT_THAT(words_of("to = \"tcp:h:1\"\ntls.ca_file = \"/x\""), HasSubstr("not tls:"));
  EXPECT_THAT(words_of("to = \"tcp:h:1\"\nfsync = \"always\""), HasSubstr("not a file"));
  EXPECT_THAT(words_of("to = \"tcp:h:1\"\nrotation.size = \"1MiB\""), HasSubstr("not a file"));
  EXPECT_EQ(words_of("to = \"/x\"\nrotation.size = \"1MiB\"\nfsync = \"interval\""), "");
}

TEST(Settings, arguments_win_over_the_environment) {
  const auto environment = [](const std::string& variable) -> std::optional<std::string> {
    if (variable == "BIND_PORT") return "5300";
    return std::nullopt;
  };
  ConfigChoice choice;
  choice.set = {"edge.listen=127.0.0.9:53"};
  const auto loaded = load_settings(choice, environment);
  ASSERT_TRUE(loaded.ok()) << config::to_text(loaded.error());
  ASSERT_THAT(loaded->settings.edge.listen, SizeIs(1));
  EXPECT_EQ(loaded->settings.edge.listen[0].to_text(), "127.0.0.9:53");
}

TEST(Settings, a_file_that_is_not_there_is_named) {
  ConfigChoice choice;
  choice.file = "/nonexistent/weir.toml";
  const auto loaded = load_settings(choice, [](auto&) { return std::nullopt; });
  ASSERT_FALSE(loaded.ok());
  EXPECT_THAT(config::to_text(loaded.error()), HasSubstr("/nonexistent/weir.toml"));
}

}  // namespace
}  // namespace weir::app
