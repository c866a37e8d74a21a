// CHECK: what must hold if our own code is right. It stays on in release builds: a process that is
// wrong about itself stops at once, with the place and the condition.
#pragma once

namespace weir {
[[noreturn]] void check_failed(const char* condition, const char* file, int line) noexcept;
}

#define CHECK(condition)                                    \
  do {                                                      \
    if (!(condition)) [[unlikely]]                          \
      ::weir::check_failed(#condition, __FILE__, __LINE__); \
  } while (false)
