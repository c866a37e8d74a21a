// The log, on spdlog, which is included here and nowhere else.
#include "base/log.h"

#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include <cstdlib>

namespace weir::log {
namespace {

spdlog::level::level_enum level_of(Level level) {
  switch (level) {
    case Level::kDebug: return spdlog::level::debug;
    case Level::kInfo: return spdlog::level::info;
    case Level::kWarning: return spdlog::level::warn;
    case Level::kError: return spdlog::level::err;
  }
  return spdlog::level::info;
}

spdlog::logger& logger() {
  static const auto shared = [] {
    const char* refused = std::getenv("NO_COLOR");
    const bool plain = refused != nullptr && *refused != '\0';
    auto made = spdlog::stderr_color_mt(
        "weir", plain ? spdlog::color_mode::never : spdlog::color_mode::automatic);
    made->set_pattern("%Y-%m-%dT%H:%M:%S.%eZ %^%l%$ %v", spdlog::pattern_time_type::utc);
    made->set_level(spdlog::level::info);
    return made;
  }();
  return *shared;
}

}  // namespace

void start(Level least) { logger().set_level(level_of(least)); }
bool enabled(Level level) noexcept { return logger().should_log(level_of(level)); }
void write(Level level, std::string_view text) { logger().log(level_of(level), text); }

}  // namespace weir::log
