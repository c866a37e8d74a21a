// From a captured frame to a UDP datagram or TCP segment: link layer, VLAN tags, IP and its
// extension headers, transport. Views only; every packet that is refused has a reason. Checksums
// are not verified: a capture on the sending machine sees packets before its network card fills
// them in.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/bytes.h"
#include "base/endpoint.h"

namespace weir::packet {

/// Why a packet gives no DNS octets.
enum class Refusal : uint8_t {
  kNone,
  kLinkType,
  kRunt,
  kNotIp,
  kBadIpHeader,
  kBadLength,
  kSnapped,
  kTooManyHeaders,
  kOtherProtocol,
  kBadTransport,
  kOtherPort,
  kEmpty,
  kBadFragment,
  kFragmentOverlap,
  kFragmentLimit,
};
inline constexpr size_t kRefusals = static_cast<size_t>(Refusal::kFragmentLimit) + 1;
/// `not_ip`, `other_port` …: the label of a counter.
std::string_view to_text(Refusal refusal);

inline constexpr uint8_t kProtocolTcp = 6;
inline constexpr uint8_t kProtocolUdp = 17;

/// VLAN tags that a frame may carry (802.1ad: two).
inline constexpr unsigned kMaxVlanTags = 2;
/// IPv6 extension headers, and options' worth of walking, that a packet may carry.
inline constexpr unsigned kMaxExtensionHeaders = 8;

/// An IP packet, or a fragment of one, without its header.
struct IpPacket {
  IpAddress from;
  IpAddress to;
  uint8_t protocol = 0;  // of what `payload` begins with; of the whole, in a fragment
  bool fragment = false;
  bool more_fragments = false;
  uint32_t fragment_offset = 0;  // octets
  uint32_t identification = 0;
  Bytes payload;
};

/// A UDP datagram or a TCP segment.
struct Segment {
  Endpoint from;
  Endpoint to;
  uint8_t protocol = 0;   // kProtocolUdp or kProtocolTcp
  uint8_t flags = 0;      // TCP
  uint32_t sequence = 0;  // TCP
  Bytes payload;
};
namespace tcp_flag {
inline constexpr uint8_t kFin = 1, kSyn = 2, kRst = 4, kAck = 16;
}

/// Finds the IP packet in a frame of `link_type` (pcap/link_type.h).
Refusal strip_link(uint32_t link_type, Bytes frame, Bytes& ip);

/// Reads the IP header and, for IPv6, the extension headers up to the transport or fragment header.
/// `cut`: the capture holds less than was on the wire, so a packet that is too short was snapped.
Refusal decode_ip(Bytes octets, bool cut, IpPacket& packet);

/// Walks IPv6 extension headers at the front of the payload; for packets put together from
/// fragments once more, because the first fragment may hold some.
Refusal skip_extensions(IpPacket& packet);

/// Reads the UDP or TCP header of a whole packet.
Refusal decode_transport(const IpPacket& packet, Segment& segment);

}  // namespace weir::packet
