// No octet of a stranger's gets into a line as it is.
#include <gtest/gtest.h>

#include <string>

#include "base/log.h"

namespace weir::log {
namespace {

TEST(EscapeText, leaves_printable_ascii_and_escapes_all_else) {
  EXPECT_EQ(escape_text("www.example.net."), "www.example.net.");
  EXPECT_EQ(escape_text(std::string_view("\0\n\x1b[2J\x7f\xff", 8)),
            "\\000\\010\\027[2J\\127\\255");
  for (int octet = 0; octet < 256; ++octet)
    for (const char c : escape_text(std::string(1, static_cast<char>(octet))))
      EXPECT_TRUE(c >= 0x20 && c < 0x7f) << octet;
}

}  // namespace
}  // namespace weir::log
