// IPv4 (RFC 791), IPv6 (RFC 8200), UDP (RFC 768), TCP (RFC 9293), and their checksums (RFC 1071).
#include "proto/packet/compose.h"

#include <array>

#include "base/check.h"
#include "base/wire.h"
#include "proto/packet/decode.h"

namespace weir::packet {
namespace {

constexpr uint8_t kHops = 64;
constexpr uint8_t kAckPush = 0x18;
constexpr uint16_t kWindow = 65535;

/// The sum of 16-bit words, odd ends padded with zero; to be folded.
uint64_t sum(Bytes octets, uint64_t before = 0) {
  for (size_t i = 0; i + 1 < octets.size(); i += 2) before += load_u16(&octets[i]);
  if (octets.size() % 2 == 1) before += uint64_t{octets.back()} << 8;
  return before;
}

uint16_t checksum(uint64_t sum) {
  while (sum >> 16 != 0) sum = (sum & 0xffff) + (sum >> 16);
  return static_cast<uint16_t>(~sum);
}

/// With the pseudo header that both versions of IP have in effect: addresses, length, protocol.
uint16_t transport_checksum(const Endpoint& from, const Endpoint& to, uint8_t protocol,
                            Bytes header, Bytes payload) {
  uint64_t total = sum(from.address.octets(), sum(to.address.octets()));
  total += protocol + header.size() + payload.size();
  return checksum(sum(payload, sum(header, total)));
}

void append(Octets& out, Bytes octets) { out.insert(out.end(), octets.begin(), octets.end()); }

void append_ip_header(Octets& out, const IpAddress& from, const IpAddress& to, uint8_t protocol,
                      size_t payload_octets) {
  CHECK(from.is_v6() == to.is_v6());
  std::array<uint8_t, 40> buffer;
  WireWriter header(buffer);
  if (from.is_v6()) {
    header.u32(6u << 28);
    header.u16(static_cast<uint16_t>(payload_octets));
    header.u8(protocol);
    header.u8(kHops);
  } else {
    header.u16(0x4500);
    header.u16(static_cast<uint16_t>(payload_octets + 20));
    header.u32(0x4000);  // no fragments
    header.u8(kHops);
    header.u8(protocol);
    header.u16(0);
  }
  header.bytes(from.octets());
  header.bytes(to.octets());
  if (!from.is_v6()) header.patch_u16(10, checksum(sum(header.written())));
  append(out, header.written());
}

}  // namespace

void append_udp_packet(Octets& out, const Endpoint& from, const Endpoint& to, Bytes payload) {
  CHECK(payload.size() <= kMaxUdpPayload);
  std::array<uint8_t, 8> buffer;
  WireWriter header(buffer);
  header.u16(from.port);
  header.u16(to.port);
  header.u16(static_cast<uint16_t>(sizeof buffer + payload.size()));
  header.u16(0);
  const uint16_t computed = transport_checksum(from, to, kProtocolUdp, header.written(), payload);
  header.patch_u16(6, computed == 0 ? 0xffff : computed);  // zero says that there is none
  append_ip_header(out, from.address, to.address, kProtocolUdp, sizeof buffer + payload.size());
  append(out, header.written());
  append(out, payload);
}

void append_tcp_packet(Octets& out, const Endpoint& from, const Endpoint& to, uint32_t sequence,
                       Bytes payload) {
  CHECK(payload.size() <= kMaxTcpPayload);
  std::array<uint8_t, 20> buffer;
  WireWriter header(buffer);
  header.u16(from.port);
  header.u16(to.port);
  header.u32(sequence);
  header.u32(1);  // the other side has sent nothing that we know of
  header.u8(sizeof buffer / 4 << 4);
  header.u8(kAckPush);
  header.u16(kWindow);
  header.u16(0);
  header.u16(0);
  header.patch_u16(16, transport_checksum(from, to, kProtocolTcp, header.written(), payload));
  append_ip_header(out, from.address, to.address, kProtocolTcp, sizeof buffer + payload.size());
  append(out, header.written());
  append(out, payload);
}

}  // namespace weir::packet
