// Tests of addresses, endpoints and networks as people write them.
#include "base/endpoint.h"

#include <gtest/gtest.h>

#include <unordered_set>

#include "base/random.h"

namespace weir {
namespace {

TEST(IpAddress, reads_and_prints_both_families) {
  for (const char* text : {"0.0.0.0", "192.0.2.1", "255.255.255.255", "::", "::1", "2001:db8::1",
                           "fe80::1:2:3:4", "::ffff:192.0.2.1"}) {
    const auto address = IpAddress::parse(text);
    ASSERT_TRUE(address) << text;
    EXPECT_EQ(address->to_text(), text);
  }
}

TEST(IpAddress, refuses_what_is_none) {
  for (const std::string_view text :
       {"", "192.0.2", "192.0.2.256", "192.0.2.1.1", "1", "::g", ":::", "fe80::1%eth0", " ::1",
        "localhost", "192.0.2.1 ", "01.2.3.4.5"})
    EXPECT_FALSE(IpAddress::parse(text)) << text;
  EXPECT_FALSE(IpAddress::parse(std::string_view("192.0.2.1\0x", 11)));
}

TEST(IpAddress, every_address_survives_the_round_trip) {
  SeededRandom random(4);
  for (int round = 0; round < 2000; ++round) {
    std::array<uint8_t, 16> octets{};
    for (uint8_t& octet : octets)
      octet = random.below(3) == 0 ? 0 : static_cast<uint8_t>(random.next());
    const size_t size = round % 2 == 0 ? 4 : 16;
    const auto address = IpAddress::from_octets(Bytes(octets).first(size));
    ASSERT_TRUE(address);
    EXPECT_EQ(IpAddress::parse(address->to_text()), address) << address->to_text();
    EXPECT_TRUE(equal(address->octets(), Bytes(octets).first(size)));
  }
}

TEST(IpAddress, comes_from_4_or_16_octets_only) {
  const std::array<uint8_t, 17> octets{};
  for (size_t size = 0; size <= octets.size(); ++size)
    EXPECT_EQ(IpAddress::from_octets(Bytes(octets).first(size)).has_value(),
              size == 4 || size == 16);
}

TEST(IpAddress, unmaps_only_mapped_addresses) {
  EXPECT_EQ(IpAddress::parse("::ffff:192.0.2.1")->unmapped(), IpAddress::parse("192.0.2.1"));
  EXPECT_EQ(IpAddress::parse("::fffe:192.0.2.1")->unmapped().is_v6(), true);
  EXPECT_EQ(IpAddress::parse("192.0.2.1")->unmapped(), IpAddress::parse("192.0.2.1"));
}

TEST(IpAddress, families_with_equal_octets_differ) {
  const IpAddress v4 = *IpAddress::parse("0.0.0.0");
  const IpAddress v6 = *IpAddress::parse("::");
  EXPECT_NE(v4, v6);
  EXPECT_EQ((std::unordered_set<IpAddress>{v4, v6, v4}.size()), 2U);
}

TEST(Endpoint, reads_and_prints) {
  for (const char* text : {"192.0.2.1:53", "[2001:db8::1]:853", "[::]:0", "0.0.0.0:65535"}) {
    const auto endpoint = Endpoint::parse(text);
    ASSERT_TRUE(endpoint) << text;
    EXPECT_EQ(endpoint->to_text(), text);
  }
}

TEST(Endpoint, takes_the_default_port_only_where_there_is_one) {
  EXPECT_EQ(Endpoint::parse("192.0.2.1", 53)->to_text(), "192.0.2.1:53");
  EXPECT_EQ(Endpoint::parse("2001:db8::1", 53)->to_text(), "[2001:db8::1]:53");
  EXPECT_EQ(Endpoint::parse("[2001:db8::1]", 53)->to_text(), "[2001:db8::1]:53");
  EXPECT_EQ(Endpoint::parse("192.0.2.1:54", 53)->port, 54);
  EXPECT_FALSE(Endpoint::parse("192.0.2.1"));
  EXPECT_FALSE(Endpoint::parse("[::1]"));
}

TEST(Endpoint, refuses_what_is_none) {
  for (const char* text : {"", ":53", "192.0.2.1:", "192.0.2.1:65536", "192.0.2.1:-1",
                           "[::1]:", "192.0.2.1:5x", "[::1]53", "[::1", "::1]:53", "[192.0.2.1]:53",
                           "192.0.2.1:+53", "192.0.2.1: 53", "host:53"})
    EXPECT_FALSE(Endpoint::parse(text, 53)) << text;
}

TEST(Prefix, contains_its_own_and_no_neighbour) {
  const Prefix net = *Prefix::parse("192.0.2.128/25");
  EXPECT_TRUE(net.contains(*IpAddress::parse("192.0.2.128")));
  EXPECT_TRUE(net.contains(*IpAddress::parse("192.0.2.255")));
  EXPECT_FALSE(net.contains(*IpAddress::parse("192.0.2.127")));
  EXPECT_FALSE(net.contains(*IpAddress::parse("192.0.3.128")));
  EXPECT_FALSE(net.contains(*IpAddress::parse("::192.0.2.128")));
}

TEST(Prefix, no_bits_contain_the_family_and_all_bits_one_address) {
  const Prefix all = *Prefix::parse("::/0");
  EXPECT_TRUE(all.contains(*IpAddress::parse("2001:db8::1")));
  EXPECT_FALSE(all.contains(*IpAddress::parse("192.0.2.1")));
  const Prefix one = *Prefix::parse("192.0.2.1");
  EXPECT_EQ(one.to_text(), "192.0.2.1/32");
  EXPECT_TRUE(one.contains(*IpAddress::parse("192.0.2.1")));
  EXPECT_FALSE(one.contains(*IpAddress::parse("192.0.2.0")));
}

TEST(Prefix, a_bit_decides_at_every_length) {
  const std::array<uint8_t, 16> zeros{};
  for (unsigned length = 1; length <= 128; ++length) {
    const Prefix net{IpAddress::v6(zeros.data()), static_cast<uint8_t>(length)};
    auto octets = zeros;
    octets[(length - 1) / 8] = static_cast<uint8_t>(0x80 >> ((length - 1) % 8));
    EXPECT_FALSE(net.contains(IpAddress::v6(octets.data()))) << length;
    if (length == 128) continue;
    octets = zeros;
    octets[length / 8] = static_cast<uint8_t>(0x80 >> (length % 8));
    EXPECT_TRUE(net.contains(IpAddress::v6(octets.data()))) << length;
  }
}

TEST(Prefix, refuses_what_is_none) {
  for (const char* text : {"", "/8", "192.0.2.0/", "192.0.2.0/33", "::/129", "192.0.2.0/-1",
                           "192.0.2.0/8/8", "192.0.2.0/ 8"})
    EXPECT_FALSE(Prefix::parse(text)) << text;
}

}  // namespace
}  // namespace weir
