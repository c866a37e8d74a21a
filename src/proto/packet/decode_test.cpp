// Every way into a packet, and every reason to refuse one.
#include "proto/packet/decode.h"

#include <gtest/gtest.h>

#include "kit/packets.h"
#include "proto/pcap/link_type.h"

namespace weir::packet {
namespace {

using kit::append;
using kit::endpoint;
using kit::ethernet;
using kit::joined;

const Endpoint kClient4 = endpoint("192.0.2.1:40000"), kServer4 = endpoint("198.51.100.53:53");
const Endpoint kClient6 = endpoint("[2001:db8::1]:40000"), kServer6 = endpoint("[2001:db8::53]:53");
const IpAddress kV6a = kClient6.address, kV6b = kServer6.address;

struct Decoded {
  Octets frame;  // what the segment's payload is a view of
  Refusal refusal = Refusal::kNone;
  Segment segment;
};
Decoded decode(Bytes frame, uint32_t link_type = pcap::kLinkEthernet, bool cut = false) {
  Decoded result;
  result.frame.assign(frame.begin(), frame.end());
  Bytes ip;
  IpPacket packet;
  result.refusal = strip_link(link_type, result.frame, ip);
  if (result.refusal == Refusal::kNone) result.refusal = decode_ip(ip, cut, packet);
  if (result.refusal == Refusal::kNone) result.refusal = decode_transport(packet, result.segment);
  return result;
}
Octets query_udp() { return kit::udp(40000, 53, as_bytes("payload")); }
Octets v4_packet() { return kit::ipv4(kClient4.address, kServer4.address, 17, query_udp()); }
Octets v6_packet(uint8_t next, Bytes payload) { return kit::ipv6(kV6a, kV6b, next, payload); }

void expect_payload(const Decoded& got, const Endpoint& from, const Endpoint& to) {
  ASSERT_EQ(got.refusal, Refusal::kNone) << to_text(got.refusal);
  EXPECT_EQ(got.segment.from, from);
  EXPECT_EQ(got.segment.to, to);
  EXPECT_EQ(as_text(got.segment.payload), "payload");
}

TEST(Decode, udp_over_both_ip_versions) {
  expect_payload(decode(ethernet(v4_packet())), kClient4, kServer4);
  expect_payload(decode(ethernet(v6_packet(17, query_udp()))), kClient6, kServer6);
}

TEST(Decode, vlan_tags_up_to_two) {
  expect_payload(decode(ethernet(v4_packet(), {7})), kClient4, kServer4);
  expect_payload(decode(ethernet(v6_packet(17, query_udp()), {7, 8})), kClient6, kServer6);
  EXPECT_EQ(decode(ethernet(v4_packet(), {7, 8, 9})).refusal, Refusal::kTooManyHeaders);
}

TEST(Decode, padding_and_trailers_after_the_packet_do_not_matter) {
  Octets frame = ethernet(v4_packet());
  frame.insert(frame.end(), 20, 0xee);
  expect_payload(decode(frame), kClient4, kServer4);
}

TEST(Decode, every_link_type) {
  const Octets v4 = v4_packet();
  for (const uint32_t raw :
       {pcap::kLinkRaw, pcap::kLinkRawBsd, pcap::kLinkRawOpenbsd, pcap::kLinkIpv4})
    expect_payload(decode(v4, raw), kClient4, kServer4);
  expect_payload(decode(v6_packet(17, query_udp()), pcap::kLinkIpv6), kClient6, kServer6);
  expect_payload(decode(joined({Octets{2, 0, 0, 0}, v4}), pcap::kLinkNull), kClient4, kServer4);
  expect_payload(decode(joined({Octets{0, 0, 0, 2}, v4}), pcap::kLinkLoop), kClient4, kServer4);
  Octets sll(16, 0), sll2(20, 0);
  store_u16(&sll[14], 0x0800);
  store_u16(&sll2[0], 0x0800);
  expect_payload(decode(joined({sll, v4}), pcap::kLinkLinuxSll), kClient4, kServer4);
  expect_payload(decode(joined({sll2, v4}), pcap::kLinkLinuxSll2), kClient4, kServer4);
  store_u16(&sll[14], 0x8100);
  expect_payload(decode(joined({sll, Octets{0, 5, 8, 0}, v4}), pcap::kLinkLinuxSll), kClient4,
                 kServer4);
  EXPECT_EQ(decode(v4, 9).refusal, Refusal::kLinkType);
}

TEST(Decode, ipv4_options_are_passed_over) {
  Octets packet = v4_packet();
  packet[0] = 0x47;
  packet.insert(packet.begin() + 20, 8, 1);
  store_u16(&packet[2], static_cast<uint16_t>(packet.size()));
  expect_payload(decode(ethernet(packet)), kClient4, kServer4);
}

TEST(Decode, ipv6_extension_headers_are_passed_over) {
  const Octets hop{43, 0, 1, 4, 0, 0, 0, 0};                              // then routing
  const Octets routing{60, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};  // then options
  const Octets options{51, 0, 1, 4, 0, 0, 0, 0};  // then authentication, 24 octets
  Octets authentication(24, 0);
  authentication[0] = 17;
  authentication[1] = 4;
  const Octets chain = joined({hop, routing, options, authentication, query_udp()});
  expect_payload(decode(ethernet(v6_packet(0, chain))), kClient6, kServer6);
}

TEST(Decode, too_many_extension_headers_are_refused) {
  const auto chain = [](size_t count) {
    Octets out;
    for (size_t i = 0; i < count; ++i)
      append(out, Octets{static_cast<uint8_t>(i + 1 == count ? 17 : 60), 0, 1, 4, 0, 0, 0, 0});
    append(out, query_udp());
    return ethernet(v6_packet(60, out));
  };
  expect_payload(decode(chain(8)), kClient6, kServer6);
  EXPECT_EQ(decode(chain(9)).refusal, Refusal::kTooManyHeaders);
}

TEST(Decode, an_atomic_fragment_is_a_whole_packet) {
  expect_payload(
      decode(ethernet(v6_packet(44, joined({Octets{17, 0, 0, 0, 1, 2, 3, 4}, query_udp()})))),
      kClient6, kServer6);
}

TEST(Decode, fragments_say_where_they_belong) {
  const Octets payload(64, 1);
  for (const IpAddress& from : {kClient4.address, kV6a}) {
    const IpAddress& to = from.is_v4() ? kServer4.address : kV6b;
    const auto parts = kit::fragments(from, to, 17, payload, 24, 77);
    ASSERT_EQ(parts.size(), 3u);
    for (size_t i = 0; i < parts.size(); ++i) {
      IpPacket packet;
      ASSERT_EQ(decode_ip(parts[i], false, packet), Refusal::kNone);
      EXPECT_TRUE(packet.fragment);
      EXPECT_EQ(packet.more_fragments, i < 2);
      EXPECT_EQ(packet.fragment_offset, i * 24);
      EXPECT_EQ(packet.identification, 77u);
      EXPECT_EQ(packet.protocol, 17);
      EXPECT_EQ(packet.payload.size(), i < 2 ? 24u : 16u);
    }
  }
}

TEST(Decode, tcp_gives_sequence_flags_and_payload_after_options) {
  Octets segment = kit::tcp(40000, 53, 0x01020304, tcp_flag::kSyn | tcp_flag::kAck, {});
  segment[12] = 0x60;
  append(segment, Octets{2, 4, 5, 0xb4});
  append(segment, as_bytes("payload"));
  const Decoded got = decode(ethernet(v6_packet(6, segment)));
  expect_payload(got, kClient6, kServer6);
  EXPECT_EQ(got.segment.sequence, 0x01020304u);
  EXPECT_EQ(got.segment.flags, tcp_flag::kSyn | tcp_flag::kAck);
  EXPECT_EQ(got.segment.protocol, kProtocolTcp);
}

TEST(Decode, lengths_of_zero_stand_for_the_rest_when_offloaded) {
  Octets packet = v4_packet();
  store_u16(&packet[2], 0);
  expect_payload(decode(ethernet(packet)), kClient4, kServer4);
  Octets datagram = query_udp();
  store_u16(&datagram[4], 0);
  Octets jumbo = v6_packet(17, datagram);
  store_u16(&jumbo[4], 0);
  expect_payload(decode(ethernet(jumbo)), kClient6, kServer6);
}

TEST(Decode, refuses_with_a_reason) {
  const auto v4_with = [](auto&& change) {
    Octets packet = v4_packet();
    change(packet);
    return decode(ethernet(packet)).refusal;
  };
  EXPECT_EQ(decode(Octets(13, 0)).refusal, Refusal::kRunt);
  EXPECT_EQ(decode(ethernet({})).refusal, Refusal::kRunt);
  Octets arp = ethernet(v4_packet());
  store_u16(&arp[12], 0x0806);
  EXPECT_EQ(decode(arp).refusal, Refusal::kNotIp);
  EXPECT_EQ(v4_with([](Octets& packet) { packet[0] = 0x55; }), Refusal::kNotIp);
  EXPECT_EQ(v4_with([](Octets& packet) { packet[0] = 0x44; }), Refusal::kBadIpHeader);
  EXPECT_EQ(v4_with([](Octets& packet) { store_u16(&packet[2], 19); }), Refusal::kBadIpHeader);
  EXPECT_EQ(v4_with([](Octets& packet) { store_u16(&packet[2], 900); }), Refusal::kBadLength);
  EXPECT_EQ(v4_with([](Octets& packet) { packet[9] = 1; }), Refusal::kOtherProtocol);
  EXPECT_EQ(v4_with([](Octets& packet) { store_u16(&packet[24], 7); }), Refusal::kBadTransport);
  EXPECT_EQ(v4_with([](Octets& packet) { store_u16(&packet[24], 90); }), Refusal::kBadTransport);
  EXPECT_EQ(v4_with([](Octets& packet) { store_u16(&packet[24], 8); }), Refusal::kEmpty);
  EXPECT_EQ(decode(ethernet(v6_packet(58, query_udp()))).refusal, Refusal::kOtherProtocol);
  EXPECT_EQ(decode(ethernet(v6_packet(60, Octets{17, 9, 0, 0, 0, 0, 0, 0}))).refusal,
            Refusal::kBadIpHeader);
  Octets short_tcp = kit::tcp(1, 53, 0, 0, {});
  short_tcp[12] = 0x40;
  EXPECT_EQ(decode(ethernet(v6_packet(6, short_tcp))).refusal, Refusal::kBadTransport);
}

TEST(Decode, what_the_capture_cut_off_is_snapped) {
  for (const Octets& whole : {ethernet(v4_packet()), ethernet(v6_packet(17, query_udp()))}) {
    for (size_t size = 14; size < whole.size(); ++size)
      EXPECT_EQ(decode(Bytes(whole).first(size), pcap::kLinkEthernet, true).refusal,
                Refusal::kSnapped)
          << size;
  }
}

TEST(Decode, survives_every_cut_and_every_changed_octet) {
  const Octets chain = joined({Octets{44, 0, 1, 4, 0, 0, 0, 0}, Octets{6, 0, 0, 1, 0, 0, 0, 1},
                               kit::tcp(1, 53, 1, 2, as_bytes("data"))});
  for (const Octets& whole : {ethernet(v4_packet(), {1, 2}), ethernet(v6_packet(60, chain))}) {
    for (size_t size = 0; size < whole.size(); ++size) {
      const Octets cut(whole.begin(), whole.begin() + static_cast<long>(size));
      EXPECT_NE(decode(cut).refusal, Refusal::kNone);
    }
    for (size_t at = 0; at < whole.size(); ++at) {
      for (const int value : {0, 1, 0x0f, 0x60, 0x7f, 0x80, 0xff}) {
        Octets changed = whole;
        changed[at] = static_cast<uint8_t>(value);
        const Decoded got = decode(changed);
        EXPECT_LE(got.segment.payload.size(), changed.size());
      }
    }
  }
}

TEST(Decode, every_refusal_has_a_name_of_its_own) {
  std::vector<std::string_view> names;
  for (size_t i = 0; i < kRefusals; ++i) names.push_back(to_text(static_cast<Refusal>(i)));
  std::sort(names.begin(), names.end());
  EXPECT_EQ(std::adjacent_find(names.begin(), names.end()), names.end());
}

}  // namespace
}  // namespace weir::packet
