// How far long work has come, on one line of a terminal that is drawn again and again.
#pragma once

#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>

#include "base/clock.h"

namespace weir::app {

/// `  42% [========>           ] 1.2 GiB, 310 MiB/s, 5 s left, 1234567 messages`, at most `columns`
/// wide. `beside` stands at the end. Octets; without a total there is no bar.
std::string progress_line(uint64_t done, uint64_t total, Duration elapsed, std::string_view beside,
                          size_t columns);

/// Draws on `out` if that is a terminal, and leaves nothing behind.
class Progress {
 public:
  explicit Progress(std::FILE* out);
  ~Progress() { clear(); }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  bool wanted() const { return wanted_; }
  void draw(uint64_t done, uint64_t total, Duration elapsed, std::string_view beside);
  void clear();

 private:
  std::FILE* const out_;
  const bool wanted_;
  bool drawn_ = false;
};

}  // namespace weir::app
