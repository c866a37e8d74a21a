// The help pages, written by hand so that each fits a screen of 24 lines by 80 columns.
#pragma once

#include <span>
#include <string_view>

namespace weir::app {

struct HelpPage {
  std::string_view command;  // empty: the program itself; "config show" for a command below one
  std::string_view text;
};

std::span<const HelpPage> help_pages();
/// The page of a command; the program's own for one that has none.
std::string_view help_page(std::string_view command);

}  // namespace weir::app
