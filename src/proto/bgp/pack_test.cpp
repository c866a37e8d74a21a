// UPDATEs written: exact octets, how full they are, and that they are read as what was meant.
#include "proto/bgp/pack.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "proto/bgp/update.h"
#include "proto/bgp/vectors.h"

namespace weir::bgp {
namespace {

constexpr AttributeContext kInternal{.external = false, .local_as = 65000};

AttributeSet attributes(std::string_view v4, std::string_view v6) {
  RouteAttributes route;
  if (!v4.empty()) route.next_hop_v4 = IpAddress::parse(v4);
  if (!v6.empty()) route.next_hop_v6 = NextHop{*IpAddress::parse(v6), std::nullopt};
  return AttributeSet::encode(route, kInternal);
}

Octets announced(Family family, const AttributeSet& set, const std::vector<Prefix>& prefixes) {
  Octets out(kMaxMessage);
  const Packed packed = pack_announcement(family, set, prefixes, out);
  EXPECT_EQ(packed.prefixes, prefixes.size());
  out.resize(packed.octets);
  return out;
}

Octets withdrawn(Family family, const std::vector<Prefix>& prefixes) {
  Octets out(kMaxMessage);
  const Packed packed = pack_withdrawal(family, prefixes, out);
  EXPECT_EQ(packed.prefixes, prefixes.size());
  out.resize(packed.octets);
  return out;
}

const Prefix kHost4 = *Prefix::parse("198.51.100.1/32");
const Prefix kHost6 = *Prefix::parse("2001:db8::1/128");

TEST(BgpPack, an_ipv4_route) {  // B-25
  EXPECT_EQ(to_hex(announced(Family::kIpv4Unicast, attributes("192.0.2.9", ""), {kHost4})),
            std::string(32, 'f') +
                "0031"
                "02"
                "0000"
                "0015"
                "40010100"
                "400200"
                "400304c0000209"
                "40050400000064"
                "20c6336401");
}

TEST(BgpPack, an_ipv6_route_with_its_next_hop_first) {  // B-27
  EXPECT_EQ(to_hex(announced(Family::kIpv6Unicast, attributes("192.0.2.9", "fd00::1"), {kHost6})),
            std::string(32, 'f') +
                "004f"
                "02"
                "0000"
                "0038"
                "900e0026"
                "0002"
                "01"
                "10"
                "fd000000000000000000000000000001"
                "00"
                "80"
                "20010db8000000000000000000000001"
                "40010100"
                "400200"
                "40050400000064");
}

TEST(BgpPack, ipv4_over_an_ipv6_next_hop) {  // RFC 8950
  const Octets octets = announced(Family::kIpv4Unicast, attributes("", "fd00::1"), {kHost4});
  const Update update =
      decode_update(frame_of(octets), {.external = false, .ipv4_over_ipv6 = true});
  EXPECT_EQ(update.approach, Approach::kNone);
  EXPECT_EQ(*update.reachable.begin(), kHost4);
  EXPECT_EQ(update.reachable_by.address, *IpAddress::parse("fd00::1"));
}

TEST(BgpPack, withdrawals) {  // B-28
  EXPECT_EQ(to_hex(withdrawn(Family::kIpv4Unicast, {kHost4})), std::string(32, 'f') +
                                                                   "001c"
                                                                   "02"
                                                                   "0005"
                                                                   "20c6336401"
                                                                   "0000");
  EXPECT_EQ(to_hex(withdrawn(Family::kIpv6Unicast, {kHost6})),
            std::string(32, 'f') +
                "002f"
                "02"
                "0000"
                "0018"
                "900f0014"
                "0002"
                "01"
                "80"
                "20010db8000000000000000000000001");
}

TEST(BgpPack, ends_of_families) {
  EXPECT_EQ(to_hex(end_of_rib(Family::kIpv4Unicast)), std::string(32, 'f') +
                                                          "0017"
                                                          "02"
                                                          "00000000");
  EXPECT_EQ(to_hex(end_of_rib(Family::kIpv6Unicast)), std::string(32, 'f') +
                                                          "001d"
                                                          "02"
                                                          "0000"
                                                          "0006"
                                                          "800f03000201");
}

std::vector<Prefix> hosts(size_t count) {
  std::vector<Prefix> prefixes;
  for (size_t i = 0; i < count; ++i) {
    uint8_t octets[4];
    store_u32(octets, static_cast<uint32_t>(0x0b000000 + i));
    prefixes.push_back({IpAddress::v4(octets), 32});
  }
  return prefixes;
}

TEST(BgpPack, a_burst_of_hosts_costs_five_octets_each_and_little_more) {
  RouteAttributes route;
  route.next_hop_v4 = IpAddress::parse("192.0.2.9");
  route.communities = {community::kNoExport};
  const AttributeSet set = AttributeSet::encode(route, kInternal);
  const std::vector<Prefix> prefixes = hosts(100'000);
  for (const auto& [limit, most] : {std::pair(kMaxMessage, 5.2), {kMaxExtendedMessage, 5.01}}) {
    Octets out(limit);
    size_t octets = 0;
    for (std::span<const Prefix> left = prefixes; !left.empty();) {
      const Packed packed = pack_announcement(Family::kIpv4Unicast, set, left, out);
      ASSERT_GT(packed.prefixes, 0u);
      ASSERT_LE(packed.octets, limit);
      octets += packed.octets;
      left = left.subspan(packed.prefixes);
    }
    EXPECT_LE(static_cast<double>(octets) / static_cast<double>(prefixes.size()), most) << limit;
  }
}

TEST(BgpPack, where_not_one_prefix_fits_nothing_is_written) {
  const AttributeSet set = attributes("192.0.2.9", "fd00::1");
  const std::vector<Prefix> v4 = {kHost4}, v6 = {kHost6};
  for (size_t size = 0; size < 200; ++size) {
    Octets out(size);
    for (const Packed packed : {pack_announcement(Family::kIpv4Unicast, set, v4, out),
                                pack_announcement(Family::kIpv6Unicast, set, v6, out),
                                pack_withdrawal(Family::kIpv4Unicast, v4, out),
                                pack_withdrawal(Family::kIpv6Unicast, v6, out)}) {
      EXPECT_EQ(packed.octets == 0, packed.prefixes == 0);
      EXPECT_LE(packed.octets, size);
      if (size >= 0x4f) {
        EXPECT_EQ(packed.prefixes, 1u) << size;
      }
    }
  }
}

rc::Gen<Prefix> any_prefix(bool v4) {
  return rc::gen::map(
      rc::gen::pair(rc::gen::container<Octets>(v4 ? 4 : 16, rc::gen::arbitrary<uint8_t>()),
                    rc::gen::inRange(0, v4 ? 33 : 129)),
      [](const auto& made) {
        Octets address = made.first;
        for (size_t bit = static_cast<size_t>(made.second); bit < address.size() * 8; ++bit)
          address[bit / 8] &= static_cast<uint8_t>(~(0x80 >> bit % 8));
        return Prefix{*IpAddress::from_octets(address), static_cast<uint8_t>(made.second)};
      });
}

RC_GTEST_PROP(BgpPack, what_is_packed_is_read_back_in_messages_of_any_size, ()) {
  const bool v4 = *rc::gen::arbitrary<bool>(), over_v6 = *rc::gen::arbitrary<bool>();
  const Family family = v4 ? Family::kIpv4Unicast : Family::kIpv6Unicast;
  const auto prefixes = *rc::gen::container<std::vector<Prefix>>(any_prefix(v4));
  const AttributeSet set = attributes(over_v6 ? "" : "192.0.2.9", "2001:db8::9");
  Octets out(*rc::gen::inRange<size_t>(100, 300));
  std::vector<Prefix> back, gone;
  for (std::span<const Prefix> left = prefixes; !left.empty();) {
    const Packed packed = pack_announcement(family, set, left, out);
    RC_ASSERT(packed.prefixes > 0u);
    const auto frame = next_frame(Bytes(out).first(packed.octets), kMaxMessage);
    RC_ASSERT(frame.ok() && frame->has_value());
    const Update update = decode_update(**frame, {.external = false, .ipv4_over_ipv6 = true});
    RC_ASSERT(update.findings.empty());
    for_each_announced(update,
                       [&](const Prefix& prefix, const NextHop&) { back.push_back(prefix); });
    const Packed away = pack_withdrawal(family, left.first(packed.prefixes), out);
    RC_ASSERT(away.prefixes == packed.prefixes);
    const auto frame2 = next_frame(Bytes(out).first(away.octets), kMaxMessage);
    RC_ASSERT(frame2.ok() && frame2->has_value());
    for_each_withdrawn(decode_update(**frame2, {}),
                       [&](const Prefix& prefix) { gone.push_back(prefix); });
    left = left.subspan(packed.prefixes);
  }
  RC_ASSERT(back == prefixes);
  RC_ASSERT(gone == prefixes);
}

}  // namespace
}  // namespace weir::bgp
