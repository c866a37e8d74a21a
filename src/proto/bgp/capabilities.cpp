// Capabilities to and from octets.
#include "proto/bgp/capabilities.h"

#include <algorithm>

namespace weir::bgp {

namespace {

constexpr size_t kMaxText = 64;  // octets of a name or version that we send
constexpr uint8_t kRestarting = 0x8, kNotification = 0x4;  // of four flag bits (RFC 8538)
constexpr uint8_t kForwarding = 0x80;

std::string_view cut(std::string_view text) { return text.substr(0, kMaxText); }

std::optional<Family> read_family(WireReader& reader) {
  const uint16_t afi = reader.u16();
  return family_of(afi, reader.u8());
}

void write_family(WireWriter& writer, Family family) {
  writer.u16(afi_of(family));
  writer.u8(kSafiUnicast);
}

bool read_multiprotocol(Bytes value, Capabilities& capabilities) {
  if (value.size() != 4) return false;
  capabilities.multiprotocol = true;
  if (const auto family = family_of(load_u16(value.data()), value[3]))
    capabilities.families.add(*family);
  return true;
}

bool read_extended_next_hop(Bytes value, Capabilities& capabilities) {
  if (value.size() % 6 != 0) return false;
  for (WireReader reader(value); !reader.at_end();) {
    const uint16_t afi = reader.u16(), safi = reader.u16(), next_hop_afi = reader.u16();
    if (afi == 1 && safi == kSafiUnicast && next_hop_afi == 2) capabilities.ipv4_over_ipv6 = true;
  }
  return true;
}

bool read_role(Bytes value, Capabilities& capabilities) {
  if (value.size() != 1) return false;
  const auto role = static_cast<Role>(value[0]);
  if (capabilities.role && *capabilities.role != role) capabilities.roles_differ = true;
  if (!capabilities.role) capabilities.role = role;
  return true;
}

/// Only the last of several counts (RFC 4724 §3).
bool read_graceful_restart(Bytes value, Capabilities& capabilities) {
  if (value.size() < 2 || (value.size() - 2) % 4 != 0) return false;
  WireReader reader(value);
  const uint16_t head = reader.u16();
  GracefulRestart restart;
  restart.restarting = (head >> 12 & kRestarting) != 0;
  restart.notification = (head >> 12 & kNotification) != 0;
  restart.time_seconds = head & 0xfff;
  while (!reader.at_end()) {
    const auto family = read_family(reader);
    const uint8_t flags = reader.u8();
    if (!family) continue;
    restart.families.add(*family);
    if ((flags & kForwarding) != 0) restart.forwarding.add(*family);
  }
  capabilities.graceful_restart = restart;
  return true;
}

bool read_long_lived(Bytes value, Capabilities& capabilities) {
  if (value.size() % 7 != 0) return false;
  LongLived long_lived;
  for (WireReader reader(value); !reader.at_end();) {
    const auto family = read_family(reader);
    const uint8_t flags = reader.u8();
    const uint32_t high = reader.u8();
    const uint32_t seconds = high << 16 | reader.u16();
    if (!family) continue;
    long_lived.families.add(*family);
    long_lived.stale_seconds[static_cast<size_t>(*family)] = seconds;
    if ((flags & kForwarding) != 0) long_lived.forwarding.add(*family);
  }
  capabilities.long_lived = long_lived;
  return true;
}

bool read_four_octet_as(Bytes value, Capabilities& capabilities) {
  if (value.size() != 4) return false;
  capabilities.four_octet_as = load_u32(value.data());
  return true;
}

/// Names and versions decide nothing, so a malformed one is only passed over.
void read_fqdn(Bytes value, Capabilities& capabilities) {
  WireReader reader(value);
  const Bytes host = reader.bytes(reader.u8());
  const Bytes domain = reader.bytes(reader.u8());
  if (!reader.ok()) {
    ++capabilities.ignored;
    return;
  }
  capabilities.host_name = as_text(host);
  capabilities.domain_name = as_text(domain);
}

void read_software(Bytes value, Capabilities& capabilities) {
  WireReader reader(value);
  const Bytes text = reader.bytes(reader.u8());
  if (reader.ok())
    capabilities.software = as_text(text);
  else
    ++capabilities.ignored;
}

bool set(bool& flag, Bytes value) {
  flag = true;
  return value.empty();
}

bool read_capability(CapabilityCode code, Bytes value, Capabilities& to) {
  switch (code) {
    case CapabilityCode::kMultiprotocol: return read_multiprotocol(value, to);
    case CapabilityCode::kRouteRefresh: return set(to.route_refresh, value);
    case CapabilityCode::kExtendedNextHop: return read_extended_next_hop(value, to);
    case CapabilityCode::kExtendedMessage: return set(to.extended_message, value);
    case CapabilityCode::kRole: return read_role(value, to);
    case CapabilityCode::kGracefulRestart: return read_graceful_restart(value, to);
    case CapabilityCode::kFourOctetAs: return read_four_octet_as(value, to);
    case CapabilityCode::kEnhancedRouteRefresh: return set(to.enhanced_route_refresh, value);
    case CapabilityCode::kLongLivedGracefulRestart: return read_long_lived(value, to);
    case CapabilityCode::kFqdn: read_fqdn(value, to); return true;
    case CapabilityCode::kSoftwareVersion: read_software(value, to); return true;
  }
  ++to.ignored;
  return true;
}

/// Writes code and length, then what `write_value` writes.
template <typename WriteValue>
void write_capability(WireWriter& writer, CapabilityCode code, size_t size,
                      WriteValue write_value) {
  writer.u8(static_cast<uint8_t>(code));
  writer.u8(static_cast<uint8_t>(size));
  write_value();
}

void write_flag(WireWriter& writer, bool flag, CapabilityCode code) {
  if (flag) write_capability(writer, code, 0, [] {});
}

void write_graceful_restart(WireWriter& writer, const GracefulRestart& restart) {
  const size_t size = 2 + 4 * restart.families.size();
  write_capability(writer, CapabilityCode::kGracefulRestart, size, [&] {
    const unsigned flags =
        (restart.restarting ? kRestarting : 0u) | (restart.notification ? kNotification : 0u);
    writer.u16(static_cast<uint16_t>(flags << 12 | (restart.time_seconds & 0xfffu)));
    for (const Family family : kFamilies) {
      if (!restart.families.has(family)) continue;
      write_family(writer, family);
      writer.u8(restart.forwarding.has(family) ? kForwarding : 0);
    }
  });
}

void write_long_lived(WireWriter& writer, const LongLived& long_lived) {
  const size_t size = 7 * long_lived.families.size();
  write_capability(writer, CapabilityCode::kLongLivedGracefulRestart, size, [&] {
    for (const Family family : kFamilies) {
      if (!long_lived.families.has(family)) continue;
      const uint32_t seconds = long_lived.stale_seconds[static_cast<size_t>(family)];
      write_family(writer, family);
      writer.u8(long_lived.forwarding.has(family) ? kForwarding : 0);
      writer.u8(static_cast<uint8_t>(seconds >> 16));
      writer.u16(static_cast<uint16_t>(seconds));
    }
  });
}

void write_text(WireWriter& writer, std::string_view text) {
  writer.u8(static_cast<uint8_t>(text.size()));
  writer.bytes(as_bytes(text));
}

void write_texts(WireWriter& writer, const Capabilities& capabilities) {
  const auto host = cut(capabilities.host_name), domain = cut(capabilities.domain_name);
  const auto software = cut(capabilities.software);
  if (!host.empty() || !domain.empty())
    write_capability(writer, CapabilityCode::kFqdn, 2 + host.size() + domain.size(), [&] {
      write_text(writer, host);
      write_text(writer, domain);
    });
  if (!software.empty())
    write_capability(writer, CapabilityCode::kSoftwareVersion, 1 + software.size(),
                     [&] { write_text(writer, software); });
}

}  // namespace

bool decode_capabilities(Bytes value, Capabilities& capabilities) {
  for (WireReader reader(value); !reader.at_end();) {
    const auto code = static_cast<CapabilityCode>(reader.u8());
    const Bytes octets = reader.bytes(reader.u8());
    if (!reader.ok() || !read_capability(code, octets, capabilities)) return false;
  }
  return true;
}

void encode_capabilities(const Capabilities& capabilities, WireWriter& writer) {
  for (const Family family : kFamilies) {
    if (!capabilities.families.has(family)) continue;
    write_capability(writer, CapabilityCode::kMultiprotocol, 4, [&] {
      writer.u16(afi_of(family));
      writer.u16(kSafiUnicast);
    });
  }
  write_flag(writer, capabilities.route_refresh, CapabilityCode::kRouteRefresh);
  if (capabilities.ipv4_over_ipv6)
    write_capability(writer, CapabilityCode::kExtendedNextHop, 6, [&] {
      writer.u16(afi_of(Family::kIpv4Unicast));
      writer.u16(kSafiUnicast);
      writer.u16(afi_of(Family::kIpv6Unicast));
    });
  write_flag(writer, capabilities.extended_message, CapabilityCode::kExtendedMessage);
  if (capabilities.role)
    write_capability(writer, CapabilityCode::kRole, 1,
                     [&] { writer.u8(static_cast<uint8_t>(*capabilities.role)); });
  if (capabilities.graceful_restart) write_graceful_restart(writer, *capabilities.graceful_restart);
  if (capabilities.four_octet_as)
    write_capability(writer, CapabilityCode::kFourOctetAs, 4,
                     [&] { writer.u32(*capabilities.four_octet_as); });
  write_flag(writer, capabilities.enhanced_route_refresh, CapabilityCode::kEnhancedRouteRefresh);
  if (capabilities.long_lived) write_long_lived(writer, *capabilities.long_lived);
  write_texts(writer, capabilities);
}

}  // namespace weir::bgp
