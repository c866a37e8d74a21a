// Frame, packet and segment headers.
#include "proto/packet/decode.h"

#include "proto/pcap/link_type.h"

namespace weir::packet {
namespace {

constexpr uint16_t kEtherIpv4 = 0x0800, kEtherIpv6 = 0x86dd, kEtherVlan = 0x8100,
                   kEtherServiceVlan = 0x88a8, kEtherOldServiceVlan = 0x9100;

constexpr uint8_t kHopByHop = 0, kRouting = 43, kFragment = 44, kAuthentication = 51,
                  kDestinationOptions = 60;

bool is_vlan(uint16_t type) {
  return type == kEtherVlan || type == kEtherServiceVlan || type == kEtherOldServiceVlan;
}

/// `type` says what `rest` begins with: an IP header, or VLAN tags before one.
Refusal strip_ethertype(uint16_t type, Bytes rest, Bytes& ip) {
  for (unsigned tags = 0; is_vlan(type); ++tags) {
    if (tags == kMaxVlanTags) return Refusal::kTooManyHeaders;
    if (rest.size() < 4) return Refusal::kRunt;
    type = load_u16(&rest[2]);
    rest = rest.subspan(4);
  }
  if (type != kEtherIpv4 && type != kEtherIpv6) return Refusal::kNotIp;
  ip = rest;
  return Refusal::kNone;
}

Refusal too_short(bool cut) { return cut ? Refusal::kSnapped : Refusal::kBadLength; }

/// Takes `length` octets of payload, or all of them when the length is zero: segmentation offload
/// leaves it so in captures of packets beyond 64 KiB.
Refusal take_payload(Bytes rest, size_t length, bool cut, IpPacket& packet) {
  if (length > rest.size()) return too_short(cut);
  packet.payload = length == 0 ? rest : rest.first(length);
  return Refusal::kNone;
}

Refusal decode_v4(Bytes octets, bool cut, IpPacket& packet) {
  if (octets.size() < 20) return cut ? Refusal::kSnapped : Refusal::kRunt;
  const size_t header = size_t{octets[0]} % 16 * 4;
  const size_t total = load_u16(&octets[2]);
  if (header < 20 || (total != 0 && total < header)) return Refusal::kBadIpHeader;
  if (header > octets.size()) return too_short(cut);
  packet.from = IpAddress::v4(&octets[12]);
  packet.to = IpAddress::v4(&octets[16]);
  packet.protocol = octets[9];
  if (packet.protocol != kProtocolUdp && packet.protocol != kProtocolTcp)
    return Refusal::kOtherProtocol;
  const uint16_t fragment = load_u16(&octets[6]);
  packet.more_fragments = (fragment & 0x2000) != 0;
  packet.fragment_offset = (fragment & 0x1fffu) * 8;
  packet.fragment = packet.more_fragments || packet.fragment_offset != 0;
  packet.identification = load_u16(&octets[4]);
  if (total == header) {
    packet.payload = {};
    return Refusal::kNone;
  }
  return take_payload(octets.subspan(header), total == 0 ? 0 : total - header, cut, packet);
}

Refusal decode_v6(Bytes octets, bool cut, IpPacket& packet) {
  constexpr size_t kHeader = 40;
  if (octets.size() < kHeader) return cut ? Refusal::kSnapped : Refusal::kRunt;
  packet.from = IpAddress::v6(&octets[8]);
  packet.to = IpAddress::v6(&octets[24]);
  packet.protocol = octets[6];
  packet.fragment = packet.more_fragments = false;
  packet.fragment_offset = packet.identification = 0;
  const Refusal refusal = take_payload(octets.subspan(kHeader), load_u16(&octets[4]), cut, packet);
  return refusal != Refusal::kNone ? refusal : skip_extensions(packet);
}

/// Octets of the extension header at the front; zero for what is none.
size_t extension_size(uint8_t protocol, Bytes payload) {
  switch (protocol) {
    case kHopByHop:
    case kRouting:
    case kDestinationOptions: return (size_t{payload[1]} + 1) * 8;
    case kAuthentication: return (size_t{payload[1]} + 2) * 4;
    case kFragment: return 8;
    default: return 0;
  }
}
bool is_extension(uint8_t protocol) {
  return protocol == kHopByHop || protocol == kRouting || protocol == kDestinationOptions ||
         protocol == kAuthentication || protocol == kFragment;
}

Refusal decode_udp(Bytes payload, Segment& segment) {
  if (payload.size() < 8) return Refusal::kBadTransport;
  const size_t length = load_u16(&payload[4]);
  // Zero stands for a jumbogram (RFC 2675 §4) or an offloaded one.
  if ((length != 0 && length < 8) || length > payload.size()) return Refusal::kBadTransport;
  segment.payload = payload.first(length == 0 ? payload.size() : length).subspan(8);
  return segment.payload.empty() ? Refusal::kEmpty : Refusal::kNone;
}

Refusal decode_tcp(Bytes payload, Segment& segment) {
  if (payload.size() < 20) return Refusal::kBadTransport;
  const size_t header = size_t{payload[12]} / 16 * 4;
  if (header < 20 || header > payload.size()) return Refusal::kBadTransport;
  segment.sequence = load_u32(&payload[4]);
  segment.flags = payload[13];
  segment.payload = payload.subspan(header);
  return Refusal::kNone;
}

}  // namespace

std::string_view to_text(Refusal refusal) {
  switch (refusal) {
    case Refusal::kNone: return "none";
    case Refusal::kLinkType: return "link_type";
    case Refusal::kRunt: return "runt";
    case Refusal::kNotIp: return "not_ip";
    case Refusal::kBadIpHeader: return "bad_ip_header";
    case Refusal::kBadLength: return "bad_length";
    case Refusal::kSnapped: return "snapped";
    case Refusal::kTooManyHeaders: return "too_many_headers";
    case Refusal::kOtherProtocol: return "other_protocol";
    case Refusal::kBadTransport: return "bad_transport_header";
    case Refusal::kOtherPort: return "other_port";
    case Refusal::kEmpty: return "empty";
    case Refusal::kBadFragment: return "bad_fragment";
    case Refusal::kFragmentOverlap: return "fragment_overlap";
    case Refusal::kFragmentLimit: return "fragment_limit";
  }
  return "unknown";
}

Refusal strip_link(uint32_t link_type, Bytes frame, Bytes& ip) {
  const auto at_ethertype = [&](size_t type_at, size_t header) {
    if (frame.size() < header) return Refusal::kRunt;
    return strip_ethertype(load_u16(&frame[type_at]), frame.subspan(header), ip);
  };
  switch (link_type) {
    case pcap::kLinkEthernet: return at_ethertype(12, 14);
    case pcap::kLinkLinuxSll: return at_ethertype(14, 16);
    case pcap::kLinkLinuxSll2: return at_ethertype(0, 20);
    // The address family's number differs from system to system; the IP version does not.
    case pcap::kLinkNull:
    case pcap::kLinkLoop:
      if (frame.size() < 4) return Refusal::kRunt;
      ip = frame.subspan(4);
      return Refusal::kNone;
    case pcap::kLinkRaw:
    case pcap::kLinkRawBsd:
    case pcap::kLinkRawOpenbsd:
    case pcap::kLinkIpv4:
    case pcap::kLinkIpv6: ip = frame; return Refusal::kNone;
    default: return Refusal::kLinkType;
  }
}

Refusal decode_ip(Bytes octets, bool cut, IpPacket& packet) {
  if (octets.empty()) return cut ? Refusal::kSnapped : Refusal::kRunt;
  const uint8_t version = octets[0] >> 4;
  if (version == 4) return decode_v4(octets, cut, packet);
  if (version == 6) return decode_v6(octets, cut, packet);
  return Refusal::kNotIp;
}

Refusal skip_extensions(IpPacket& packet) {
  for (unsigned headers = 0; is_extension(packet.protocol); ++headers) {
    const Bytes payload = packet.payload;
    if (headers == kMaxExtensionHeaders) return Refusal::kTooManyHeaders;
    if (payload.size() < 8) return Refusal::kBadIpHeader;
    const size_t size = extension_size(packet.protocol, payload);
    if (size > payload.size()) return Refusal::kBadIpHeader;
    const bool fragment = packet.protocol == kFragment;
    packet.protocol = payload[0];
    packet.payload = payload.subspan(size);
    if (!fragment) continue;
    const uint16_t place = load_u16(&payload[2]);
    packet.more_fragments = (place & 1) != 0;
    packet.fragment_offset = place & 0xfff8u;
    packet.identification = load_u32(&payload[4]);
    // A fragment that is the whole packet is taken at once, whatever waits (RFC 6946).
    packet.fragment = packet.more_fragments || packet.fragment_offset != 0;
    if (packet.fragment) return Refusal::kNone;
  }
  const bool known = packet.protocol == kProtocolUdp || packet.protocol == kProtocolTcp;
  return known ? Refusal::kNone : Refusal::kOtherProtocol;
}

Refusal decode_transport(const IpPacket& packet, Segment& segment) {
  // Both transports begin with the two ports.
  if (packet.payload.size() < 8) return Refusal::kBadTransport;
  segment.from = {packet.from, load_u16(packet.payload.data())};
  segment.to = {packet.to, load_u16(&packet.payload[2])};
  segment.protocol = packet.protocol;
  return packet.protocol == kProtocolUdp ? decode_udp(packet.payload, segment)
                                         : decode_tcp(packet.payload, segment);
}

}  // namespace weir::packet
