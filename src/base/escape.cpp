// Text from strangers made safe for a line. Apart from the log itself, for those who have none.
#include "base/log.h"

namespace weir::log {

std::string escape_text(std::string_view text) {
  std::string safe;
  safe.reserve(text.size());
  for (const char c : text) {
    const auto octet = static_cast<unsigned char>(c);
    if (octet >= 0x20 && octet < 0x7f) {
      safe.push_back(c);
    } else {
      safe += {'\\', static_cast<char>('0' + octet / 100), static_cast<char>('0' + octet / 10 % 10),
               static_cast<char>('0' + octet % 10)};
    }
  }
  return safe;
}

}  // namespace weir::log
