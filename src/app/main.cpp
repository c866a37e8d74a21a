// The program: words to a command, the command to an exit code.
#include <fmt/format.h>

#include <cstdio>

#include "app/cli.h"

int main(int argc, char** argv) {
  const weir::app::Parsed parsed = weir::app::parse_command_line({argv + 1, argv + argc});
  if (parsed.command)
    return std::visit([](const auto& command) { return weir::app::run(command); }, *parsed.command);
  fmt::print(stdout, "{}", parsed.out);
  fmt::print(stderr, "{}", parsed.err);
  return parsed.exit_code;
}
