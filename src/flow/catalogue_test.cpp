// Tests of the list of plug-ins: what it names can be made.
#include "flow/catalogue.h"

#include <gtest/gtest.h>

#include "kit/observations.h"
#include "kit/temporary.h"

namespace weir::flow {
namespace {

TEST(Catalogue, every_kind_of_sink_can_be_made_and_says_where_it_leads) {
  const kit::TemporaryFolder folder;
  const std::vector<SinkSettings> sinks = {
      FileSinkSettings{.name = "lines", .path = folder / "lines"},
      SqliteSinkSettings{.name = "rows", .path = folder / "rows"},
  };
  ASSERT_EQ(sinks.size(), std::variant_size_v<SinkSettings>);
  for (const SinkSettings& sink : sinks) {
    EXPECT_TRUE(make_sink(sink, {})) << name_of(sink);
    EXPECT_NE(destination(sink).find(folder / name_of(sink)), std::string::npos);
  }
}

TEST(Catalogue, every_format_writes_something_of_its_own) {
  const kit::Seen seen("example.org");
  std::vector<std::string> lines;
  for (size_t i = 0; i < format_words().size(); ++i)
    make_encoder(static_cast<Format>(i), "a", "b")->encode(seen.observation, lines.emplace_back());
  EXPECT_NE(lines[0][0], '{');
  EXPECT_NE(lines[1].find("\"dns.qname\""), std::string::npos);
  EXPECT_NE(lines[2].find("\"dns\":{"), std::string::npos);
}

TEST(Catalogue, a_file_that_cannot_be_opened_is_said_at_once) {
  const auto made = make_sink(FileSinkSettings{.path = "/proc/none/such"}, {});
  ASSERT_FALSE(made);
  EXPECT_NE(made.error().what.find("/proc/none/such"), std::string::npos);
}

}  // namespace
}  // namespace weir::flow
