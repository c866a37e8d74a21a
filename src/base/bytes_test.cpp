// Tests of network order and hexadecimal.
#include "base/bytes.h"

#include <gtest/gtest.h>

#include <array>

#include "base/random.h"

namespace weir {
namespace {

TEST(NetworkOrder, most_significant_octet_first) {
  const std::array<uint8_t, 8> octets = {1, 2, 3, 4, 5, 6, 7, 8};
  EXPECT_EQ(load_u16(octets.data()), 0x0102);
  EXPECT_EQ(load_u32(octets.data()), 0x01020304U);
  EXPECT_EQ(load_u64(octets.data()), 0x0102030405060708U);
}

TEST(NetworkOrder, what_was_stored_is_loaded_at_any_alignment) {
  SeededRandom random(1);
  std::array<uint8_t, 16> octets{};
  for (int round = 0; round < 1000; ++round) {
    const uint64_t value = random.next();
    uint8_t* const at = &octets[random.below(8)];
    store_u64(at, value);
    EXPECT_EQ(load_u64(at), value);
    store_u32(at, static_cast<uint32_t>(value));
    EXPECT_EQ(load_u32(at), static_cast<uint32_t>(value));
    store_u16(at, static_cast<uint16_t>(value));
    EXPECT_EQ(load_u16(at), static_cast<uint16_t>(value));
  }
}

TEST(Bytes, empty_runs_are_equal_whatever_they_point_at) {
  EXPECT_TRUE(equal({}, as_bytes("")));
  EXPECT_TRUE(equal(as_bytes("abc"), as_bytes("abc")));
  EXPECT_FALSE(equal(as_bytes("abc"), as_bytes("abd")));
  EXPECT_FALSE(equal(as_bytes("abc"), as_bytes("ab")));
  EXPECT_EQ(as_text(as_bytes("weir")), "weir");
}

TEST(Hex, prints_and_reads) {
  EXPECT_EQ(to_hex(as_bytes(std::string_view("\x00\x7f\xff", 3))), "007fff");
  EXPECT_EQ(from_hex("00Ff"), (Octets{0, 255}));
  EXPECT_EQ(from_hex(""), Octets{});
}

TEST(Hex, refuses_odd_lengths_and_strange_digits) {
  for (const char* wrong : {"0", "0g", " 0", "0x00", "00 ", "\xff\xff", "/0", ":0", "@0", "`0"})
    EXPECT_FALSE(from_hex(wrong)) << wrong;
}

TEST(Hex, every_octet_survives_the_round_trip) {
  SeededRandom random(2);
  for (size_t size = 0; size < 64; ++size) {
    Octets octets(size);
    for (uint8_t& octet : octets) octet = static_cast<uint8_t>(random.next());
    EXPECT_EQ(from_hex(to_hex(octets)), octets);
  }
}

}  // namespace
}  // namespace weir
