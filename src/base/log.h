// What the program says about itself, one line an event, to standard error. Names and addresses in
// a line are data from strangers: they pass through `escape_text` before they come here.
#pragma once

#include <string>
#include <string_view>

namespace weir::log {

enum class Level : unsigned char { kDebug, kInfo, kWarning, kError };

/// Sets the least level that is written. Colour is used on terminals only.
void start(Level least);
bool enabled(Level level) noexcept;
void write(Level level, std::string_view text);

inline void debug(std::string_view text) { write(Level::kDebug, text); }
inline void info(std::string_view text) { write(Level::kInfo, text); }
inline void warning(std::string_view text) { write(Level::kWarning, text); }
inline void error(std::string_view text) { write(Level::kError, text); }

/// Control octets and non-ASCII as \DDD, so that a name cannot forge a line or move a cursor.
std::string escape_text(std::string_view text);

}  // namespace weir::log
