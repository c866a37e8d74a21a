// Tests of the log: levels, one line an event, and text from strangers.
#include "base/log.h"

#include <gtest/gtest.h>

#include <string>

namespace weir::log {
namespace {

TEST(Log, writes_from_its_level_upwards) {
  start(Level::kWarning);
  EXPECT_FALSE(enabled(Level::kDebug));
  EXPECT_FALSE(enabled(Level::kInfo));
  EXPECT_TRUE(enabled(Level::kWarning));
  EXPECT_TRUE(enabled(Level::kError));
  start(Level::kDebug);
  EXPECT_TRUE(enabled(Level::kDebug));
}

TEST(Log, a_line_has_time_level_and_the_text_as_it_is) {
  start(Level::kInfo);
  testing::internal::CaptureStderr();
  debug("not this");
  warning("100 % {} of {0} %s");
  const std::string line = testing::internal::GetCapturedStderr();
  EXPECT_TRUE(line.ends_with("Z warning 100 % {} of {0} %s\n")) << line;
  EXPECT_EQ(line.find("not this"), std::string::npos);
  EXPECT_EQ(line[10], 'T') << line;
}

}  // namespace
}  // namespace weir::log
