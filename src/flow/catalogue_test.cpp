// Tests of the list of plug-ins: what it names can be made.
#include "flow/catalogue.h"

#include <gtest/gtest.h>

#include "kit/observations.h"
#include "kit/temporary.h"

namespace weir::flow {
namespace {

TEST(Catalogue, every_type_that_it_names_can_be_made) {
  const kit::TemporaryFolder folder;
  for (const std::string_view type : sink_types()) {
    SinkSettings sink;
    sink.name = sink.type = type;
    sink.path = folder / std::string(type);
    const auto made = make_sink(sink, {});
    EXPECT_TRUE(made) << type;
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
  SinkSettings sink{.name = "lines", .type = "file", .path = "/proc/none/such"};
  const auto made = make_sink(sink, {});
  ASSERT_FALSE(made);
  EXPECT_NE(made.error().what.find("/proc/none/such"), std::string::npos);
}

}  // namespace
}  // namespace weir::flow
