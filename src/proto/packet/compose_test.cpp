// Packets that are composed are those that the decoder takes apart, and their checksums hold.
#include "proto/packet/compose.h"

#include <gtest/gtest.h>

#include "kit/packets.h"
#include "proto/packet/decode.h"
#include "proto/pcap/link_type.h"

namespace weir::packet {
namespace {

using Ends = std::pair<std::string_view, std::string_view>;
constexpr Ends kEnds[] = {{"192.0.2.1:5353", "198.51.100.2:53"},
                          {"[2001:db8::1]:5353", "[2001:db8::2]:53"}};

Segment taken_apart(Bytes packet) {
  Bytes ip;
  IpPacket inner;
  Segment segment;
  EXPECT_EQ(strip_link(pcap::kLinkRaw, packet, ip), Refusal::kNone);
  EXPECT_EQ(decode_ip(ip, false, inner), Refusal::kNone);
  EXPECT_EQ(decode_transport(inner, segment), Refusal::kNone);
  return segment;
}

/// The sum over words that are complete with their checksum is all ones (RFC 1071 §1).
uint16_t folded(Bytes octets, uint32_t total = 0) {
  for (size_t i = 0; i < octets.size(); ++i) total += octets[i] << (i % 2 == 0 ? 8 : 0);
  while (total >> 16 != 0) total = (total & 0xffff) + (total >> 16);
  return static_cast<uint16_t>(total);
}

void expect_right_sums(Bytes packet, bool v6, uint8_t protocol) {
  const Bytes transport = packet.subspan(v6 ? 40 : 20);
  if (!v6) {
    EXPECT_EQ(folded(packet.first(20)), 0xffff);
  }
  const Bytes addresses = v6 ? packet.subspan(8, 32) : packet.subspan(12, 8);
  const uint32_t pseudo = folded(addresses) + static_cast<uint32_t>(transport.size()) + protocol;
  EXPECT_EQ(folded(transport, pseudo), 0xffff);
}

TEST(Compose, what_the_decoder_takes_apart_is_what_was_put_in) {
  for (const auto& [from, to] : kEnds)
    for (const size_t size : {1, 2, 45, 512, 65'487})
      for (const uint8_t protocol : {kProtocolUdp, kProtocolTcp}) {
        if (protocol == kProtocolTcp && size > kMaxTcpPayload) continue;
        Octets payload(size);
        for (size_t i = 0; i < size; ++i) payload[i] = static_cast<uint8_t>(i * 131);
        Octets packet;
        if (protocol == kProtocolUdp)
          append_udp_packet(packet, kit::endpoint(from), kit::endpoint(to), payload);
        else
          append_tcp_packet(packet, kit::endpoint(from), kit::endpoint(to), 77, payload);
        const Segment segment = taken_apart(packet);
        EXPECT_EQ(segment.protocol, protocol);
        EXPECT_EQ(segment.from.to_text(), from);
        EXPECT_EQ(segment.to.to_text(), to);
        EXPECT_EQ(segment.sequence, protocol == kProtocolTcp ? 77u : 0u);
        EXPECT_TRUE(equal(segment.payload, payload)) << size;
        expect_right_sums(packet, from.front() == '[', protocol);
      }
}

}  // namespace
}  // namespace weir::packet
