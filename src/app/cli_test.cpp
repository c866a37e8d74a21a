// The command line: every command is understood, every mistake says what was expected.
#include "app/cli.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/help.h"
#include "app/version.h"

namespace weir::app {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

Parsed parse(std::vector<const char*> words) { return parse_command_line(words); }
template <typename T>
T command(std::vector<const char*> words) {
  const Parsed parsed = parse(std::move(words));
  EXPECT_TRUE(parsed.command.has_value()) << parsed.err;
  return std::get<T>(parsed.command.value());
}

TEST(Cli, run_takes_a_file_and_any_number_of_settings) {
  const auto run =
      command<RunCommand>({"run", "-c", "x.toml", "-s", "a=1", "--set", "b=[\"x\", \"y\"]"});
  EXPECT_EQ(run.config.file, "x.toml");
  EXPECT_THAT(run.config.set, ElementsAre("a=1", "b=[\"x\", \"y\"]"));
}

TEST(Cli, check_takes_its_file_as_a_word) {
  EXPECT_EQ(command<CheckCommand>({"check", "weir.toml"}).config.file, "weir.toml");
}

TEST(Cli, config_has_three_commands) {
  EXPECT_EQ(command<ConfigCommand>({"config", "show"}).what, ConfigCommand::What::kShow);
  const auto explain = command<ConfigCommand>({"config", "explain", "edge.listen"});
  EXPECT_EQ(explain.what, ConfigCommand::What::kExplain);
  EXPECT_EQ(explain.key, "edge.listen");
  EXPECT_EQ(command<ConfigCommand>({"config", "reference"}).what, ConfigCommand::What::kReference);
}

TEST(Cli, query_keeps_its_words_in_order) {
  const auto query = command<QueryCommand>(
      {"query", "example.org", "MX", "@192.0.2.1", "+dnssec", "--protocol", "tls", "-p", "8530"});
  EXPECT_THAT(query.words, ElementsAre("example.org", "MX", "@192.0.2.1", "+dnssec"));
  EXPECT_EQ(query.protocol, QueryProtocol::kTls);
  EXPECT_EQ(query.port, 8530);
}

TEST(Cli, read_splits_ports_and_keeps_files) {
  const auto read =
      command<ReadCommand>({"read", "--ports", "53,5353", "a.pcap", "b.pcap", "-j", "4"});
  EXPECT_THAT(read.files, ElementsAre("a.pcap", "b.pcap"));
  EXPECT_THAT(read.ports, ElementsAre(53, 5353));
  EXPECT_EQ(read.threads, 4u);
  EXPECT_EQ(read.format, "text");
}

TEST(Cli, log_has_filters_and_forms) {
  const auto log = command<LogCommand>({"log", "--name", "example.org", "--json", "-l", "5"});
  EXPECT_EQ(log.only.name, "example.org");
  EXPECT_EQ(log.limit, 5u);
  EXPECT_EQ(log.format, LogFormat::kJson);
  EXPECT_EQ(command<LogCommand>({"log", "-f", "table"}).format, LogFormat::kTable);
  EXPECT_EQ(command<LogCommand>({"log"}).format, LogFormat::kAutomatic);
}

TEST(Cli, mistakes_end_with_two_and_point_to_help) {
  for (const auto& words : std::vector<std::vector<const char*>>{{"run", "--nonsense"},
                                                                 {"read"},
                                                                 {"query"},
                                                                 {"log", "--limit", "0"},
                                                                 {"log", "-f", "xml"},
                                                                 {"run", "--set", "novalue"},
                                                                 {"completion", "csh"},
                                                                 {"query", "a", "--timeout", "5"},
                                                                 {"query", "a", "-p", "65536"},
                                                                 {"nonsense"}}) {
    const Parsed parsed = parse(words);
    EXPECT_FALSE(parsed.command.has_value()) << words.back();
    EXPECT_EQ(parsed.exit_code, kExitWrongInput) << words.back();
    EXPECT_THAT(parsed.err, HasSubstr("--help")) << words.back();
    EXPECT_EQ(parsed.out, "");
  }
}

TEST(Cli, a_slip_of_the_hand_is_corrected) {
  EXPECT_THAT(parse({"chek"}).err, HasSubstr("did you mean check?"));
  EXPECT_THAT(parse({"run", "--confg", "x"}).err, HasSubstr("did you mean --config?"));
}

TEST(Cli, without_words_it_shows_its_page_as_an_error) {
  const Parsed parsed = parse({});
  EXPECT_EQ(parsed.exit_code, kExitWrongInput);
  EXPECT_EQ(parsed.err, help_page(""));
}

TEST(Cli, help_and_version_are_no_errors) {
  EXPECT_EQ(parse({"--help"}).out, help_page(""));
  EXPECT_EQ(parse({"read", "-h"}).out, help_page("read"));
  EXPECT_EQ(parse({"config", "--help"}).out, help_page("config"));
  EXPECT_EQ(parse({"config", "explain", "--help"}).out, help_page("config"));
  EXPECT_EQ(parse({"--version"}).out, "weir " + std::string(version()) + "\n");
  EXPECT_EQ(parse({"--version"}).exit_code, kExitDone);
}

TEST(Cli, capture_takes_interfaces_and_what_to_take_of_them) {
  const auto capture = command<CaptureCommand>({"capture", "eth0", "eth1", "--ports", "53,5353",
                                                "--networks", "192.0.2.0/24,::1", "--sample", "10",
                                                "--responses-only", "--method", "packet"});
  EXPECT_THAT(capture.interfaces, ElementsAre("eth0", "eth1"));
  EXPECT_THAT(capture.ports, ElementsAre(53, 5353));
  EXPECT_THAT(capture.networks, ElementsAre("192.0.2.0/24", "::1"));
  EXPECT_EQ(capture.sample, 10u);
  EXPECT_TRUE(capture.responses_only);
  EXPECT_EQ(capture.method, "packet");
  EXPECT_THAT(parse({"capture", "eth0", "--networks", "nowhere"}).err,
              HasSubstr("an address or a network"));
  EXPECT_EQ(parse({"capture"}).exit_code, kExitWrongInput);
}

}  // namespace
}  // namespace weir::app
