// Tests of the cursors: order, ends, and the error that sticks.
#include "base/wire.h"

#include <gtest/gtest.h>

#include <array>

#include "base/random.h"

namespace weir {
namespace {

TEST(WireReader, reads_a_structure) {
  const Octets plain = *from_hex("0102030405060708090a0b0c0d0e0faabbcc");
  WireReader in(plain);
  EXPECT_EQ(in.u8(), 0x01);
  EXPECT_EQ(in.u16(), 0x0203);
  EXPECT_EQ(in.u32(), 0x04050607U);
  EXPECT_EQ(in.u64(), 0x08090a0b0c0d0e0fU);
  EXPECT_EQ(to_hex(in.bytes(2)), "aabb");
  EXPECT_EQ(in.remaining(), 1U);
  in.skip(1);
  EXPECT_TRUE(in.ok());
  EXPECT_TRUE(in.at_end());
}

TEST(WireReader, past_the_end_it_gives_zeros_and_stays_failed) {
  const Octets octets = {1, 2, 3};
  WireReader in(octets);
  EXPECT_EQ(in.u16(), 0x0102);
  EXPECT_EQ(in.u16(), 0);
  EXPECT_FALSE(in.ok());
  EXPECT_EQ(in.u8(), 0) << "the octet is there, but the error sticks";
  EXPECT_EQ(in.position(), 2U);
  EXPECT_TRUE(in.bytes(0).empty());
  EXPECT_FALSE(in.ok());
}

TEST(WireReader, a_huge_count_does_not_wrap) {
  const Octets octets = {1, 2, 3};
  WireReader in(octets);
  in.skip(1);
  EXPECT_TRUE(in.bytes(SIZE_MAX).empty());
  EXPECT_FALSE(in.ok());
}

TEST(WireReader, never_leaves_its_octets) {
  SeededRandom random(3);
  for (int round = 0; round < 2000; ++round) {
    const Octets octets(random.below(24), 0xaa);
    WireReader in(octets);
    for (int step = 0; step < 12; ++step) {
      switch (random.below(6)) {
        case 0: in.u8(); break;
        case 1: in.u16(); break;
        case 2: in.u32(); break;
        case 3: in.u64(); break;
        case 4: in.skip(random.below(9)); break;
        default: EXPECT_LE(in.bytes(random.below(9)).size(), octets.size());
      }
      ASSERT_EQ(in.position() + in.remaining(), octets.size());
    }
  }
}

TEST(WireWriter, writes_what_the_reader_reads) {
  std::array<uint8_t, 32> buffer{};
  WireWriter out(buffer);
  out.u16(0);
  out.u8(1);
  out.u32(0xdeadbeef);
  out.u64(0x0123456789abcdef);
  out.bytes(as_bytes("weir"));
  out.patch_u16(0, static_cast<uint16_t>(out.position() - 2));
  ASSERT_TRUE(out.ok());
  WireReader in(out.written());
  EXPECT_EQ(in.u16(), 17);
  EXPECT_EQ(in.u8(), 1);
  EXPECT_EQ(in.u32(), 0xdeadbeef);
  EXPECT_EQ(in.u64(), 0x0123456789abcdefU);
  EXPECT_EQ(as_text(in.rest()), "weir");
}

TEST(WireWriter, what_does_not_fit_is_not_begun) {
  std::array<uint8_t, 4> buffer = {9, 9, 9, 9};
  WireWriter out(MutableBytes(buffer).first(3));
  out.u16(0x0102);
  out.u16(0x0304);
  EXPECT_FALSE(out.ok());
  out.u8(5);
  EXPECT_EQ(to_hex(out.written()), "0102");
  EXPECT_EQ(to_hex(buffer), "01020909");
}

TEST(WireWriter, rewinds_to_before_the_failure) {
  std::array<uint8_t, 3> buffer{};
  WireWriter out(buffer);
  out.u8(1);
  const size_t mark = out.position();
  out.u32(7);
  EXPECT_FALSE(out.ok());
  out.rewind(mark);
  out.u16(0x0203);
  EXPECT_TRUE(out.ok());
  EXPECT_EQ(to_hex(out.written()), "010203");
}

TEST(WireWriter, patches_only_what_was_written) {
  std::array<uint8_t, 4> buffer{};
  WireWriter out(buffer);
  out.u16(0);
  out.patch_u16(1, 0xffff);
  EXPECT_EQ(to_hex(buffer), "00000000");
}

}  // namespace
}  // namespace weir
