// From a message to an IP packet that carries it, header and checksums complete: for those who
// write captures of what they did not capture.
#pragma once

#include <cstdint>

#include "base/bytes.h"
#include "base/endpoint.h"

namespace weir::packet {

/// What one packet can carry beside its headers, whatever the version of IP.
inline constexpr size_t kMaxUdpPayload = 65535 - 40 - 8;
inline constexpr size_t kMaxTcpPayload = 65535 - 40 - 20;

/// Appends an IP packet with a UDP datagram. Both addresses are of one family, and `payload` has at
/// most kMaxUdpPayload octets.
void append_udp_packet(Octets& out, const Endpoint& from, const Endpoint& to, Bytes payload);

/// Appends an IP packet with a segment (ACK, PSH) of a TCP stream, which `payload` stands in at
/// `sequence`; at most kMaxTcpPayload octets.
void append_tcp_packet(Octets& out, const Endpoint& from, const Endpoint& to, uint32_t sequence,
                       Bytes payload);

}  // namespace weir::packet
