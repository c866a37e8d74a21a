// Runs of prefixes: what is well formed, what each means, and round trips.
#include "proto/bgp/prefixes.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "proto/bgp/vectors.h"

namespace weir::bgp {
namespace {

std::string said(std::string_view octets, Family family) {
  const Octets run = hex(octets);
  const auto prefixes = PrefixRun::parse(run, family);
  if (!prefixes) return "malformed";
  std::string text;
  for (const Prefix prefix : *prefixes) text += prefix.to_text() + " ";
  return text;
}

TEST(BgpPrefixes, have_as_many_octets_as_their_length_needs) {
  EXPECT_EQ(said("00 08 0a 11 c0a880 20 c0000201", Family::kIpv4Unicast),
            "0.0.0.0/0 10.0.0.0/8 192.168.128.0/17 192.0.2.1/32 ");
  EXPECT_EQ(said("20 20010db8 80 20010db8000000000000000000000001", Family::kIpv6Unicast),
            "2001:db8::/32 2001:db8::1/128 ");
  EXPECT_EQ(said("", Family::kIpv4Unicast), "");
}

TEST(BgpPrefixes, bits_behind_the_length_do_not_count) {
  EXPECT_EQ(said("11 c0a8ff", Family::kIpv4Unicast), "192.168.128.0/17 ");
  EXPECT_EQ(said("01 ff", Family::kIpv4Unicast), "128.0.0.0/1 ");
}

TEST(BgpPrefixes, too_long_or_cut_is_malformed) {
  EXPECT_EQ(said("21 c000020100", Family::kIpv4Unicast), "malformed");
  EXPECT_EQ(said("ff", Family::kIpv4Unicast), "malformed");
  EXPECT_EQ(said("20 c00002", Family::kIpv4Unicast), "malformed");
  EXPECT_EQ(said("20 c0000201 18", Family::kIpv4Unicast), "malformed");
  EXPECT_EQ(said("81 20010db8000000000000000000000001 00", Family::kIpv6Unicast), "malformed");
}

rc::Gen<Prefix> any_prefix(Family family) {
  const int octets = family == Family::kIpv4Unicast ? 4 : 16;
  return rc::gen::map(
      rc::gen::pair(
          rc::gen::container<Octets>(static_cast<size_t>(octets), rc::gen::arbitrary<uint8_t>()),
          rc::gen::inRange(0, octets * 8 + 1)),
      [](const auto& made) {
        Octets address = made.first;
        for (size_t bit = static_cast<size_t>(made.second); bit < address.size() * 8; ++bit)
          address[bit / 8] &= static_cast<uint8_t>(~(0x80 >> bit % 8));
        return Prefix{*IpAddress::from_octets(address), static_cast<uint8_t>(made.second)};
      });
}

RC_GTEST_PROP(BgpPrefixes, come_back_as_they_were_written, ()) {
  const Family family = kFamilies[*rc::gen::inRange(0, 2)];
  const auto prefixes = *rc::gen::container<std::vector<Prefix>>(any_prefix(family));
  Octets octets(prefixes.size() * kMaxPrefixOctets);
  uint8_t* end = octets.data();
  for (const Prefix& prefix : prefixes) {
    uint8_t* next = write_prefix(end, prefix);
    RC_ASSERT(next - end == static_cast<std::ptrdiff_t>(wire_size(prefix)));
    end = next;
  }
  const Bytes written(octets.data(), static_cast<size_t>(end - octets.data()));
  const auto run = PrefixRun::parse(written, family);
  RC_ASSERT(run.has_value());
  std::vector<Prefix> back;
  for (const Prefix prefix : *run) back.push_back(prefix);
  RC_ASSERT(back == prefixes);
}

}  // namespace
}  // namespace weir::bgp
