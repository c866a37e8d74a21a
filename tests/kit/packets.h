// Captured packets, made by hand: for tests of everything that reads captures.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/endpoint.h"
#include "proto/packet/decode.h"

namespace weir::kit {

inline void append_u16(Octets& out, uint16_t value) {
  out.push_back(static_cast<uint8_t>(value >> 8));
  out.push_back(static_cast<uint8_t>(value));
}
inline void append_u32(Octets& out, uint32_t value) {
  append_u16(out, static_cast<uint16_t>(value >> 16));
  append_u16(out, static_cast<uint16_t>(value));
}
inline void append(Octets& out, Bytes bytes) { out.insert(out.end(), bytes.begin(), bytes.end()); }
inline Octets joined(std::initializer_list<Bytes> parts) {
  Octets out;
  for (const Bytes part : parts) append(out, part);
  return out;
}
inline Endpoint endpoint(std::string_view text) { return Endpoint::parse(text).value(); }

/// A query or, with `flags` 0x8180, a response without records, for `label`.test, type A.
inline Octets dns_message(uint16_t id, std::string_view label, uint16_t flags = 0x0100) {
  Octets out;
  append_u16(out, id);
  append_u16(out, flags);
  append_u16(out, 1);
  append_u16(out, 0);
  append_u32(out, 0);
  out.push_back(static_cast<uint8_t>(label.size()));
  append(out, as_bytes(label));
  append(out, as_bytes(std::string_view("\4test\0\0\1\0\1", 10)));
  return out;
}
/// A response of about `size` octets: a TXT record of zeros fills it.
inline Octets large_message(uint16_t id, std::string_view label, size_t size) {
  Octets out = dns_message(id, label, 0x8180);
  out[7] = 1;  // one answer
  append_u16(out, 0xc00c);
  append_u16(out, 16);
  append_u16(out, 1);
  append_u32(out, 60);
  const size_t rest = std::max(size, out.size() + 3) - out.size() - 2;
  append_u16(out, static_cast<uint16_t>(rest));
  for (size_t i = 0; i < rest; ++i)
    out.push_back(static_cast<uint8_t>(i % 256 == 0 ? std::min<size_t>(255, rest - i - 1) : i * 7));
  return out;
}
/// The message as it stands in a TCP stream.
inline Octets framed(Bytes message) {
  Octets out;
  append_u16(out, static_cast<uint16_t>(message.size()));
  append(out, message);
  return out;
}

inline Octets udp(uint16_t from, uint16_t to, Bytes payload) {
  Octets out;
  append_u16(out, from);
  append_u16(out, to);
  append_u16(out, static_cast<uint16_t>(payload.size() + 8));
  append_u16(out, 0);
  append(out, payload);
  return out;
}
inline Octets tcp(uint16_t from, uint16_t to, uint32_t sequence, uint8_t flags, Bytes payload) {
  Octets out;
  append_u16(out, from);
  append_u16(out, to);
  append_u32(out, sequence);
  append_u32(out, 0);
  out.push_back(0x50);
  out.push_back(flags);
  append_u16(out, 65535);
  append_u32(out, 0);
  append(out, payload);
  return out;
}

/// `fragment` is the second word of the second row: flags and offset.
inline Octets ipv4(const IpAddress& from, const IpAddress& to, uint8_t protocol, Bytes payload,
                   uint16_t id = 0, uint16_t fragment = 0) {
  Octets out{0x45, 0};
  append_u16(out, static_cast<uint16_t>(payload.size() + 20));
  append_u16(out, id);
  append_u16(out, fragment);
  out.push_back(64);
  out.push_back(protocol);
  append_u16(out, 0);
  append(out, from.octets());
  append(out, to.octets());
  append(out, payload);
  return out;
}
inline Octets ipv6(const IpAddress& from, const IpAddress& to, uint8_t protocol, Bytes payload) {
  Octets out;
  append_u32(out, 6u << 28);
  append_u16(out, static_cast<uint16_t>(payload.size()));
  out.push_back(protocol);
  out.push_back(64);
  append(out, from.octets());
  append(out, to.octets());
  append(out, payload);
  return out;
}
inline Octets ip(const IpAddress& from, const IpAddress& to, uint8_t protocol, Bytes payload) {
  return from.is_v4() ? ipv4(from, to, protocol, payload) : ipv6(from, to, protocol, payload);
}
inline Octets ethernet(Bytes ip_packet, std::initializer_list<uint16_t> vlans = {}) {
  Octets out(12, 2);
  bool outer = vlans.size() > 1;
  for (const uint16_t vlan : vlans) {
    append_u16(out, outer ? 0x88a8 : 0x8100);
    append_u16(out, vlan);
    outer = false;
  }
  append_u16(out, ip_packet.empty() || ip_packet[0] >> 4 == 4 ? 0x0800 : 0x86dd);
  append(out, ip_packet);
  return out;
}
inline Octets udp_frame(const Endpoint& from, const Endpoint& to, Bytes payload) {
  return ethernet(
      ip(from.address, to.address, packet::kProtocolUdp, udp(from.port, to.port, payload)));
}
inline Octets tcp_frame(const Endpoint& from, const Endpoint& to, uint32_t sequence, uint8_t flags,
                        Bytes payload) {
  return ethernet(ip(from.address, to.address, packet::kProtocolTcp,
                     tcp(from.port, to.port, sequence, flags, payload)));
}

/// The IP packets into which a router cuts an IP payload; `size` is a multiple of eight.
inline std::vector<Octets> fragments(const IpAddress& from, const IpAddress& to, uint8_t protocol,
                                     Bytes payload, size_t size, uint32_t id) {
  std::vector<Octets> out;
  for (size_t at = 0; at < payload.size(); at += size) {
    const Bytes part = payload.subspan(at, std::min(size, payload.size() - at));
    const bool more = at + part.size() < payload.size();
    if (from.is_v4()) {
      out.push_back(ipv4(from, to, protocol, part, static_cast<uint16_t>(id),
                         static_cast<uint16_t>((more ? 0x2000 : 0) | at / 8)));
      continue;
    }
    Octets header{protocol, 0};
    append_u16(header, static_cast<uint16_t>(at | (more ? 1 : 0)));
    append_u32(header, id);
    out.push_back(ipv6(from, to, 44, joined({header, part})));
  }
  return out;
}

}  // namespace weir::kit
