// Tests of the list of plug-ins: what it names can be made.
#include "flow/catalogue.h"

#include <gtest/gtest.h>

#include "kit/observations.h"
#include "kit/temporary.h"

namespace weir::flow {
namespace {

metrics::Registry registry;

TEST(Catalogue, every_kind_of_sink_can_be_made_and_says_where_it_leads) {
  const kit::TemporaryFolder folder;
  const std::vector<SinkSettings> sinks = {
      FileSinkSettings{.name = "lines", .path = folder / "lines"},
      SqliteSinkSettings{.name = "rows", .path = folder / "rows"},
      DnstapSinkSettings{.name = "frames", .to = "file:" + folder / "frames"},
      PostgresqlSinkSettings{.name = "tables", .host = folder / "tables"},
      JsonSinkSettings{.name = "objects", .to = "unix:" + folder / "objects"},
      NatsSinkSettings{.name = "nats", .stream = folder / "nats"},
      KafkaSinkSettings{.name = "kafka", .topic = folder / "kafka"},
      KinesisSinkSettings{.name = "kinesis", .stream = folder / "kinesis"},
  };
  ASSERT_EQ(sinks.size(), std::variant_size_v<SinkSettings>);
  for (const SinkSettings& sink : sinks) {
    EXPECT_TRUE(make_sink(sink, {}, registry)) << name_of(sink);
    EXPECT_NE(destination(sink).find(folder / name_of(sink)), std::string::npos);
  }
}

TEST(Catalogue, every_format_writes_something_of_its_own) {
  const kit::Seen seen("example.org");
  std::vector<std::string> records;
  for (size_t i = 0; i < format_words().size(); ++i)
    make_encoder(static_cast<Format>(i), "a", "b")
        ->encode(seen.observation, records.emplace_back());
  const auto has = [&](Format format, std::string_view what) {
    return records[static_cast<size_t>(format)].find(what) != std::string::npos;
  };
  EXPECT_TRUE(has(Format::kText, " a CLIENT_QUERY "));
  EXPECT_TRUE(has(Format::kShort, " CQ "));
  EXPECT_TRUE(has(Format::kFlatJson, "\"dns.qname\""));
  EXPECT_TRUE(has(Format::kJson, "\"dns\":{"));
  EXPECT_TRUE(has(Format::kYaml, "  type: CLIENT_QUERY\n"));
  EXPECT_TRUE(has(Format::kDnstap, as_text(seen.query)));
  EXPECT_TRUE(has(Format::kPcap, as_text(seen.query)));
  EXPECT_TRUE(records[static_cast<size_t>(Format::kDnswatch)].empty()) << "no outcome yet";
}

TEST(Catalogue, a_file_that_cannot_be_opened_is_said_at_once) {
  const auto made = make_sink(FileSinkSettings{.path = "/proc/none/such"}, {}, registry);
  ASSERT_FALSE(made);
  EXPECT_NE(made.error().what.find("/proc/none/such"), std::string::npos);
}

TEST(Catalogue, a_source_says_what_it_takes_and_from_where) {
  DnstapSourceSettings dnstap;
  dnstap.name = "resolvers";
  dnstap.listen = {*StreamAddress::parse("unix:/run/a"), *StreamAddress::parse("tcp:[::1]:6000")};
  dnstap.dial = {*StreamAddress::parse("tls:resolver.example:6001")};
  const SourceSettings source = dnstap;
  EXPECT_EQ(kind_of(source), model::SourceKind::kDnstap);
  EXPECT_EQ(name_of(source), "resolvers");
  EXPECT_EQ(origin(source), "dnstap on unix:/run/a, tcp:[::1]:6000 from tls:resolver.example:6001");
}

}  // namespace
}  // namespace weir::flow
