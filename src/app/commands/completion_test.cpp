// The completions know every command and option that the help pages name.
#include "app/commands/completion.h"

#include <gtest/gtest.h>

#include <set>

#include "app/help.h"

namespace weir::app {
namespace {

/// The words of the help pages that begin with two hyphens, without them.
std::set<std::string> long_options() {
  std::set<std::string> options;
  for (const HelpPage& page : help_pages()) {
    for (size_t at = page.text.find("--"); at != std::string_view::npos;
         at = page.text.find("--", at + 2)) {
      const size_t end = page.text.find_first_not_of("abcdefghijklmnopqrstuvwxyz-", at + 2);
      options.emplace(page.text.substr(at + 2, end - at - 2));
    }
  }
  return options;
}

TEST(Completion, every_shell_knows_every_option) {
  for (const std::string& option : long_options()) {
    EXPECT_NE(completion_script("bash").find("--" + option), std::string_view::npos) << option;
    EXPECT_NE(completion_script("zsh").find("--" + option), std::string_view::npos) << option;
    EXPECT_NE(completion_script("fish").find("-l " + option), std::string_view::npos) << option;
  }
  EXPECT_GT(long_options().size(), 15u);
}

TEST(Completion, every_shell_knows_every_command) {
  for (const HelpPage& page : help_pages())
    for (const char* shell : {"bash", "zsh", "fish"})
      EXPECT_NE(completion_script(shell).find(page.command), std::string_view::npos)
          << shell << " " << page.command;
}

TEST(Completion, another_shell_has_none) { EXPECT_EQ(completion_script("csh"), ""); }

}  // namespace
}  // namespace weir::app
