// Encodings of zone files: RFC 4648 vectors, escapes and words.
#include "proto/dns/encoding.h"

#include <gtest/gtest.h>

namespace weir::dns {
namespace {

TEST(Encoding, base64_and_base32hex_of_rfc_4648) {
  const struct {
    const char* plain;
    const char* base64;
    const char* base32hex;
  } vectors[] = {{"", "", ""},
                 {"f", "Zg==", "CO"},
                 {"fo", "Zm8=", "CPNG"},
                 {"foo", "Zm9v", "CPNMU"},
                 {"foob", "Zm9vYg==", "CPNMUOG"},
                 {"fooba", "Zm9vYmE=", "CPNMUOJ1"},
                 {"foobar", "Zm9vYmFy", "CPNMUOJ1E8"}};
  for (const auto& [plain, base64, base32hex] : vectors) {
    std::string text;
    append_base64(text, as_bytes(plain));
    EXPECT_EQ(text, base64);
    text.clear();
    append_base32hex(text, as_bytes(plain));
    EXPECT_EQ(text, base32hex);
    EXPECT_EQ(as_text(from_base64(base64).value()), plain);
    EXPECT_EQ(as_text(from_base32hex(base32hex).value()), plain);
  }
  EXPECT_EQ(from_base32hex("cpnmu"), from_base32hex("CPNMU"));
  for (const char* wrong : {"Z", "Zg", "Zg=", "Zh==", "Zm9=", "====", "Z===", "Zg==Zg==", "Zm9*"})
    EXPECT_FALSE(from_base64(wrong).has_value()) << wrong;
  for (const char* wrong : {"C", "CP", "CPN", "W0", "C="})
    EXPECT_FALSE(from_base32hex(wrong).has_value()) << wrong;
}

TEST(Encoding, every_octet_survives_base64_base16_and_quoting) {
  Octets all;
  for (int i = 0; i < 256; ++i) all.push_back(static_cast<uint8_t>(i));
  std::string text;
  append_base64(text, all);
  EXPECT_EQ(from_base64(text), all);
  text.clear();
  append_base16(text, all);
  EXPECT_EQ(from_hex(text), all);
  text.clear();
  append_quoted(text, all);
  EXPECT_EQ(unquote(text), all);
  ASSERT_TRUE(split_words(text).has_value());
  EXPECT_EQ(split_words(text)->size(), 1u);
}

TEST(Encoding, unquoting) {
  EXPECT_EQ(as_text(unquote("a\\.b\\065").value()), "a.bA");
  EXPECT_EQ(as_text(unquote("\"a b\"").value()), "a b");
  EXPECT_EQ(as_text(unquote("\"\"").value()), "");
  for (const char* wrong : {"\"", "\"a", "a\"", "\"a\"b", "\\", "\\25", "\\256", "\\2x5", "\"\\\""})
    EXPECT_FALSE(unquote(wrong).has_value()) << wrong;
}

TEST(Encoding, words) {
  using Words = std::vector<std::string_view>;
  EXPECT_EQ(split_words("  a\tb\r\nc "), (Words{"a", "b", "c"}));
  EXPECT_EQ(split_words("a (b) c;d"), (Words{"a", "b", "c"}));
  EXPECT_EQ(split_words("\"a b\" k=\"c d\" \\\"e \\;f"),
            (Words{"\"a b\"", "k=\"c d\"", "\\\"e", "\\;f"}));
  EXPECT_EQ(split_words("\"a\"\"b\""), (Words{"\"a\"", "\"b\""}));
  EXPECT_EQ(split_words(""), Words{});
  EXPECT_FALSE(split_words("a \"b").has_value());
  EXPECT_EQ(split_words("a\\"), (Words{"a\\"}));
}

TEST(Encoding, numbers) {
  EXPECT_EQ(parse_number("65535", 65535), 65535u);
  for (const char* wrong : {"", "65536", "+1", "-1", "1 ", " 1", "0x1", "99999999999999999999999"})
    EXPECT_FALSE(parse_number(wrong, 65535).has_value()) << wrong;
}

}  // namespace
}  // namespace weir::dns
