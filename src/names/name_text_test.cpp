// Tests of names as lists write them: what DNS can carry is taken, whatever it looks like.
#include "names/name_text.h"

#include <gtest/gtest.h>

#include <string>

#include "kit/name_lists.h"

namespace weir::names {
namespace {

std::string canonical(std::string_view text) {
  NameBuffer buffer;
  const auto wire = to_wire(text, buffer);
  return wire ? dns::wire_name_to_text(*wire) : "none";
}

TEST(NameText, R24_takes_what_dns_allows_in_labels) {
  EXPECT_EQ(canonical("Example.COM"), "example.com.");
  EXPECT_EQ(canonical("example.com."), "example.com.");
  EXPECT_EQ(canonical("_dmarc.a_b.x-"), "_dmarc.a_b.x-.");
  EXPECT_EQ(canonical("1.2.3.in-addr.arpa"), "1.2.3.in-addr.arpa.");
  EXPECT_EQ(canonical("a.123"), "a.123.");
  EXPECT_EQ(canonical("com"), "com.");
  EXPECT_EQ(canonical("a--b.xn--p1ai"), "a--b.xn--p1ai.");
}

TEST(NameText, R24_turns_what_is_beyond_ascii_into_a_labels) {
  EXPECT_EQ(canonical("bücher.example"), "xn--bcher-kva.example.");
  EXPECT_EQ(canonical("BÜCHER.example"), "xn--bcher-kva.example.");
  EXPECT_EQ(canonical("straße.de"), "xn--strae-oqa.de.");
  EXPECT_EQ(canonical("пример.рф"), "xn--e1afmkfd.xn--p1ai.");
  EXPECT_EQ(canonical("例え。jp"), "xn--r8jz45g.jp.");
}

TEST(NameText, refuses_what_is_no_name) {
  for (const std::string_view text :
       {"", ".", "..", "a..b", ".a", "a b", "a/b", "a:b", "*", "a.*", "\xff\xfe.com", "a\\b"})
    EXPECT_EQ(canonical(text), "none") << text;
  EXPECT_EQ(canonical(std::string(64, 'a') + ".com"), "none");
  EXPECT_EQ(canonical(std::string("\xc3\xbc\0.com", 7)), "none");
  std::string long_name;
  for (int i = 0; i < 126; ++i) long_name += "a.";
  EXPECT_NE(canonical(long_name + "a"), "none");  // 255 octets on the wire
  EXPECT_EQ(canonical(long_name + "aa"), "none");
}

TEST(NameText, a_dot_inside_a_label_does_not_look_like_one_between_labels) {
  std::array<char, dns::kMaxName> buffer;
  EXPECT_EQ(to_plain_text(kit::wire("www.example.com"), buffer), "www.example.com");
  EXPECT_EQ(to_plain_text(kit::wire("a\\.example.com"), buffer),
            "a\xff"
            "example.com");
}

}  // namespace
}  // namespace weir::names
