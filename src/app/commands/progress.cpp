// How far, how fast, how long: one line, over and over.
#include "app/commands/progress.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>

#include "app/commands/terminal.h"
#include "base/units.h"

namespace weir::app {
namespace {

constexpr size_t kBar = 24;
constexpr size_t kUsualColumns = 80;

std::string bar(uint64_t done, uint64_t total) {
  const size_t filled =
      static_cast<size_t>(static_cast<double>(done) / static_cast<double>(total) * kBar);
  return fmt::format("{:3}% [{:<{}}] ", done * 100 / total, std::string(filled, '='), kBar);
}

size_t columns_of(std::FILE* out) {
  winsize size{};
  const bool known = ::ioctl(::fileno(out), TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
  return known ? size.ws_col : kUsualColumns;
}

}  // namespace

std::string progress_line(uint64_t done, uint64_t total, Duration elapsed, std::string_view beside,
                          size_t columns) {
  const double seconds = to_seconds(elapsed);
  const double rate = seconds > 0 ? static_cast<double>(done) / seconds : 0;
  std::string line = total > 0 ? bar(std::min(done, total), total) : "";
  line += fmt::format("{:.1f} MiB, {:.1f} MiB/s, ", static_cast<double>(done) / (1 << 20),
                      rate / (1 << 20));
  if (total > done && rate > 0)
    line += fmt::format("{:.0f} s left, ", static_cast<double>(total - done) / rate);
  line += beside;
  return line.substr(0, columns);
}

Progress::Progress(std::FILE* out) : out_(out), wanted_(is_terminal(out)) {}

void Progress::draw(uint64_t done, uint64_t total, Duration elapsed, std::string_view beside) {
  if (!wanted_) return;
  fmt::print(out_, "\r\033[K{}", progress_line(done, total, elapsed, beside, columns_of(out_) - 1));
  std::fflush(out_);
  drawn_ = true;
}

void Progress::clear() {
  if (!drawn_) return;
  fmt::print(out_, "\r\033[K");
  std::fflush(out_);
  drawn_ = false;
}

}  // namespace weir::app
