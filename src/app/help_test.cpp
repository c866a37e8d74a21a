// Every help page fits a screen.
#include "app/help.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace weir::app {
namespace {

using ::testing::HasSubstr;

TEST(Help, every_page_fits_24_lines_of_80_columns) {
  for (const HelpPage& page : help_pages()) {
    // One line is left for the prompt.
    EXPECT_LE(std::count(page.text.begin(), page.text.end(), '\n'), 23) << page.command;
    for (size_t at = 0; at < page.text.size();) {
      const size_t end = page.text.find('\n', at);
      ASSERT_NE(end, std::string_view::npos) << page.command;
      EXPECT_LE(end - at, 80u) << page.text.substr(at, end - at);
      at = end + 1;
    }
  }
}

TEST(Help, every_page_has_examples) {
  for (const HelpPage& page : help_pages()) {
    EXPECT_THAT(page.text, HasSubstr("examples:\n")) << page.command;
    EXPECT_THAT(page.text, HasSubstr("usage: weir")) << page.command;
  }
}

TEST(Help, an_unknown_command_has_the_programs_own_page) {
  EXPECT_EQ(help_page("nonsense"), help_page(""));
}

}  // namespace
}  // namespace weir::app
