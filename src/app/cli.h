// The command line: words to a Command. CLI11 is seen in cli.cpp only; the help pages are in
// help.cpp.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "app/commands.h"

namespace weir::app {

/// What to do; or, without a command, what to print (help, version or a mistake) and how to end.
struct Parsed {
  std::optional<Command> command;
  std::string out;
  std::string err;
  int exit_code = kExitDone;
};

/// `words` are those after the program's name.
Parsed parse_command_line(std::span<const char* const> words);

}  // namespace weir::app
