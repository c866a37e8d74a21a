// The program: words to a command, the command to an exit code.
#include <fmt/format.h>
#include <malloc.h>

#include <cstdio>

#include "app/cli.h"

namespace {

// A batch of observations is some hundred KiB, made by one thread and freed by another. As it
// comes, the allocator gives each back to the kernel, which then has to find clean pages for the
// next.
constexpr int kKeptOctets = 64 << 20;  // freed memory that stays with the process, at most
constexpr int kApartOctets = 8 << 20;  // larger pieces are the kernel's, as they come and go

void keep_freed_memory() {
  ::mallopt(M_TRIM_THRESHOLD, kKeptOctets);
  ::mallopt(M_MMAP_THRESHOLD, kApartOctets);
}

}  // namespace

int main(int argc, char** argv) {
  keep_freed_memory();
  const weir::app::Parsed parsed = weir::app::parse_command_line({argv + 1, argv + argc});
  if (parsed.command)
    return std::visit([](const auto& command) { return weir::app::run(command); }, *parsed.command);
  fmt::print(stdout, "{}", parsed.out);
  fmt::print(stderr, "{}", parsed.err);
  return parsed.exit_code;
}
