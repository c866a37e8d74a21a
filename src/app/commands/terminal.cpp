// Terminals and colour.
#include "app/commands/terminal.h"

#include <unistd.h>

#include <cstdlib>
#include <string_view>

namespace weir::app {

bool is_terminal(std::FILE* stream) { return ::isatty(::fileno(stream)) == 1; }

bool wants_colour(std::FILE* stream) {
  const char* no_colour = std::getenv("NO_COLOR");
  const char* terminal = std::getenv("TERM");
  const bool refused = no_colour != nullptr && *no_colour != '\0';
  return is_terminal(stream) && !refused &&
         (terminal == nullptr || std::string_view(terminal) != "dumb");
}

}  // namespace weir::app
