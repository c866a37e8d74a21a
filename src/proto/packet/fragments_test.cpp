// Fragments in every order, overlapping, tiny, too many, too old.
#include "proto/packet/fragments.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/random.h"
#include "kit/packets.h"

namespace weir::packet {
namespace {

const IpAddress kA = *IpAddress::parse("192.0.2.1"), kB = *IpAddress::parse("192.0.2.2");
const IpAddress kC = *IpAddress::parse("2001:db8::1"), kD = *IpAddress::parse("2001:db8::2");

Octets pattern(size_t size) {
  Octets out(size);
  for (size_t i = 0; i < size; ++i) out[i] = static_cast<uint8_t>(i * 31 + i / 256);
  return out;
}
struct Outcome {
  Fragments::Outcome outcome;
  Refusal refusal = Refusal::kNone;
  IpPacket packet;
};
Outcome give(Fragments& fragments, Bytes ip, WallTime now = wall_time(0)) {
  Outcome result{};
  EXPECT_EQ(decode_ip(ip, false, result.packet), Refusal::kNone);
  EXPECT_TRUE(result.packet.fragment);
  result.outcome = fragments.add(result.packet, now, result.refusal);
  return result;
}
std::vector<Octets> parts_of(bool v4, Bytes payload, size_t size, uint32_t id = 1) {
  return v4 ? kit::fragments(kA, kB, 17, payload, size, id)
            : kit::fragments(kC, kD, 17, payload, size, id);
}
Octets part(size_t at, size_t size, bool more, uint16_t id = 1) {
  return kit::ipv4(kA, kB, 17, Octets(size, 7), id,
                   static_cast<uint16_t>((more ? 0x2000 : 0) | at / 8));
}

TEST(Fragments, any_order_gives_the_packet_when_the_last_piece_comes) {
  SeededRandom random(1);
  for (const size_t size : {9u, 100u, 1400u, 9000u, 65528u}) {
    const Octets payload = pattern(size);
    for (int round = 0; round < 20; ++round) {
      auto parts = parts_of(round % 2 == 0, payload,
                            std::max<size_t>(8, size / (2 + random.below(9)) / 8 * 8));
      if (parts.size() < 2) continue;
      for (size_t i = parts.size(); i > 1; --i) std::swap(parts[i - 1], parts[random.below(i)]);
      Fragments fragments({});
      for (size_t i = 0; i + 1 < parts.size(); ++i)
        ASSERT_EQ(give(fragments, parts[i]).outcome, Fragments::Outcome::kHeld);
      const Outcome last = give(fragments, parts.back());
      ASSERT_EQ(last.outcome, Fragments::Outcome::kWhole);
      EXPECT_TRUE(equal(last.packet.payload, payload));
      EXPECT_EQ(last.packet.protocol, 17);
      EXPECT_FALSE(last.packet.fragment);
      EXPECT_EQ(fragments.waiting(), 0u);
      EXPECT_EQ(fragments.waiting_octets(), 0u);
    }
  }
}

TEST(Fragments, packets_with_other_ids_do_not_mix) {
  Fragments fragments({});
  const Octets one = pattern(40), two = Octets(40, 9);
  const auto a = parts_of(true, one, 24, 1), b = parts_of(true, two, 24, 2);
  give(fragments, a[0]);
  give(fragments, b[0]);
  EXPECT_TRUE(equal(give(fragments, b[1]).packet.payload, two));
  EXPECT_TRUE(equal(give(fragments, a[1]).packet.payload, one));
}

TEST(Fragments, the_first_fragment_says_the_protocol_of_an_ipv6_packet) {
  Fragments fragments({});
  const Octets payload = pattern(32);
  auto parts = parts_of(false, payload, 24);
  parts[1][40] = 99;  // next header of the second fragment: not to be believed (RFC 8200 §4.5)
  give(fragments, parts[1]);
  EXPECT_EQ(give(fragments, parts[0]).packet.protocol, 17);
}

TEST(Fragments, overlap_condemns_the_packet_RFC5722) {
  struct Case {
    size_t at, size;
    bool more;
  };
  for (const Case& overlap : {Case{8, 8, true}, Case{0, 16, true}, Case{16, 16, true},
                              Case{8, 32, false}, Case{16, 8, false}}) {
    Fragments fragments({});
    give(fragments, part(0, 24, true));
    EXPECT_EQ(give(fragments, part(overlap.at, overlap.size, overlap.more)).refusal,
              Refusal::kFragmentOverlap);
    EXPECT_EQ(give(fragments, part(24, 8, false)).refusal, Refusal::kFragmentOverlap);
    EXPECT_EQ(fragments.waiting_octets(), 0u);
    EXPECT_EQ(fragments.counts().completed, 0u);
  }
}

TEST(Fragments, nothing_lies_beyond_the_last_one) {
  Fragments fragments({});
  give(fragments, part(16, 8, false));
  EXPECT_EQ(give(fragments, part(24, 8, true)).refusal, Refusal::kFragmentOverlap);
  Fragments second({});
  give(second, part(16, 8, false));
  EXPECT_EQ(give(second, part(24, 8, false)).refusal, Refusal::kFragmentOverlap);
}

TEST(Fragments, a_copy_of_a_fragment_is_no_overlap) {
  Fragments fragments({});
  const Octets payload = pattern(72);
  const auto parts = parts_of(true, payload, 24);
  give(fragments, parts[0]);
  give(fragments, parts[0]);
  give(fragments, parts[2]);
  give(fragments, parts[2]);
  EXPECT_TRUE(equal(give(fragments, parts[1]).packet.payload, payload));
  EXPECT_EQ(fragments.counts().duplicates, 2u);
}

TEST(Fragments, impossible_fragments_are_refused) {
  Fragments fragments({});
  EXPECT_EQ(give(fragments, part(0, 0, true)).refusal, Refusal::kBadFragment);
  EXPECT_EQ(give(fragments, part(0, 12, true)).refusal, Refusal::kBadFragment);
  EXPECT_EQ(give(fragments, part(65528, 8, false)).refusal, Refusal::kBadFragment);
  EXPECT_EQ(fragments.waiting(), 0u);
  EXPECT_EQ(give(fragments, part(65528, 7, false)).outcome, Fragments::Outcome::kHeld);
}

TEST(Fragments, tiny_ones_are_bounded_in_number) {
  Fragments fragments({.fragments = 4});
  for (size_t i = 0; i < 4; ++i)
    EXPECT_EQ(give(fragments, part(i * 16, 8, true)).refusal, Refusal::kNone);
  EXPECT_EQ(give(fragments, part(64, 8, true)).refusal, Refusal::kFragmentLimit);
  EXPECT_EQ(give(fragments, part(80, 8, true)).refusal, Refusal::kFragmentLimit);
}

TEST(Fragments, packets_and_octets_are_bounded_the_oldest_go) {
  Fragments few({.packets = 3});
  for (uint16_t id = 0; id < 5; ++id) give(few, part(0, 8, true, id));
  EXPECT_EQ(few.waiting(), 3u);
  EXPECT_EQ(few.counts().evicted, 2u);
  EXPECT_EQ(give(few, part(8, 8, false, 4)).outcome, Fragments::Outcome::kWhole);

  Fragments small({.octets = 200'000});
  for (uint16_t id = 0; id < 50; ++id) {
    give(small, part(65520, 8, true, id));
    EXPECT_LE(small.waiting_octets(), 200'000u);
  }
  EXPECT_EQ(small.waiting(), 3u);
}

TEST(Fragments, age_ends_the_wait_whichever_way_time_steps) {
  Fragments fragments({});
  give(fragments, part(0, 8, true, 1), wall_time(0));
  give(fragments, part(0, 8, true, 2), WallTime(20s));
  give(fragments, part(0, 8, true, 3), WallTime(31s));
  EXPECT_EQ(fragments.counts().expired, 1u);
  EXPECT_EQ(fragments.waiting(), 2u);
  EXPECT_EQ(give(fragments, part(8, 8, false, 2), WallTime(32s)).outcome,
            Fragments::Outcome::kWhole);
  give(fragments, part(0, 8, true, 4), WallTime(0s));
  EXPECT_EQ(fragments.counts().expired, 2u);
}

}  // namespace
}  // namespace weir::packet
