// Tests of the pieces that records are written with.
#include "flow/text.h"

#include <gtest/gtest.h>

#include "base/random.h"
#include "base/units.h"
#include "proto/dns/name.h"

namespace weir::flow {
namespace {

std::string name(std::string_view wire) {
  std::string out = ">";
  append_name(out, as_bytes(wire));
  return out.substr(1);
}
std::string folded(std::string_view wire) {
  std::string out = ">";
  append_folded_name(out, as_bytes(wire));
  return out.substr(1);
}
std::string json(std::string_view text) {
  std::string out;
  append_json_escaped(out, text);
  return out;
}
using namespace std::string_view_literals;

TEST(Text, names_with_and_without_the_fast_way) {
  EXPECT_EQ(name("\3wWw\7example\0"sv), "wWw.example");
  EXPECT_EQ(name("\0"sv), ".");
  EXPECT_EQ(name(""sv), "");
  EXPECT_EQ(name("\3a.b\1c\0"sv), "a\\.b.c");
  EXPECT_EQ(name("\3a\1b\1c\0"sv), "a\\001b.c");
  EXPECT_EQ(folded("\3wWw\7EXAMPLE\0"sv), "www.example.");
  EXPECT_EQ(folded("\3W\xff"
                   "w\0"sv),
            "w\\255w.");
  EXPECT_EQ(folded("\0"sv), ".");
}

TEST(Text, D18_any_name_reads_back_as_it_was) {
  for (int octet = 0; octet < 256; ++octet) {
    const std::string wire = {3, 'a', static_cast<char>(octet), 'b', 0};
    const auto parsed = dns::Name::parse(name(wire));
    ASSERT_TRUE(parsed) << octet;
    EXPECT_EQ(as_text(parsed->wire()), wire) << octet;
  }
}

TEST(Text, times_as_the_slow_way_writes_them) {
  for (const int64_t ns :
       {int64_t{0}, int64_t{1}, int64_t{951'782'400'000'000'007},
        int64_t{1'700'000'000'123'456'789}, int64_t{4'102'444'799'999'999'999}}) {
    std::string out;
    append_time(out, wall_time(ns));
    EXPECT_EQ(out, format_rfc3339(wall_time(ns)));
  }
}

TEST(Text, seconds_addresses_numbers) {
  std::string out;
  append_seconds(out, 1500us);
  out += ' ';
  append_seconds(out, -2s);
  out += ' ';
  append_address(out, *IpAddress::parse("192.0.2.255"));
  out += ' ';
  append_address(out, *IpAddress::parse("2001:db8::1"));
  out += ' ';
  append_number(out, uint8_t{200});
  EXPECT_EQ(out, "0.001500000 -2.000000000 192.0.2.255 2001:db8::1 200");
}

TEST(Text, addresses_as_the_system_writes_them) {
  SeededRandom random(11);
  for (int round = 0; round < 20'000; ++round) {
    std::array<uint8_t, 16> octets{};
    // Few groups are not zero, and of those some small: runs, ties and leading zeros abound.
    const uint64_t filled = random.next();
    for (size_t i = 0; i < octets.size(); ++i)
      if ((filled >> (i / 2 * 4) & 3) == 0) octets[i] = static_cast<uint8_t>(random.next() >> 13);
    if (filled >> 60 == 0) octets[10] = octets[11] = 0xff;
    const IpAddress six = IpAddress::v6(octets.data());
    const IpAddress four = IpAddress::v4(octets.data());
    std::string out;
    append_address(out, six);
    EXPECT_EQ(out, six.to_text());
    out.clear();
    append_address(out, four);
    EXPECT_EQ(out, four.to_text());
  }
}

TEST(Text, json_strings) {
  EXPECT_EQ(json("a\"b\\c"), "a\\\"b\\\\c");
  EXPECT_EQ(json("\n\x01\x7f"), "\\u000a\\u0001\\u007f");
  EXPECT_EQ(json("Zürich 東京 🐟"), "Zürich 東京 🐟");
  EXPECT_EQ(json("\xff\\"), "\\\\255\\\\092");
  for (const char* bad : {"\xc0\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xe2\x82", "\x80"})
    EXPECT_EQ(json(bad).substr(0, 2), "\\\\") << "not UTF-8, so written octet by octet";
}

}  // namespace
}  // namespace weir::flow
