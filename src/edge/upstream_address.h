// What people type to name an upstream, read into what the plug-ins need: protocol, where to
// connect, and which name the certificate must carry.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/endpoint.h"
#include "base/result.h"
#include "edge/settings.h"

namespace weir::edge {

struct UpstreamAddress {
  UpstreamProtocol protocol = UpstreamProtocol::kUdp;
  /// Absent when only a name was given; then `host` has to be looked up.
  std::optional<IpAddress> address;
  std::string host;  // lower case, no final dot; empty with an address
  uint16_t port = 0;
  std::string verify_name;  // what the certificate must carry; empty: the address itself

  /// `1.1.1.1`, `udp://ip[:port]`, `tcp://ip[:port]`, `tls://ip[:port]`, `tls://name[:port]`,
  /// `tls://ip%name`, `tls://name@ip[:port]`; IPv6 with a port in brackets. The error says what is
  /// wrong and what was expected.
  static Result<UpstreamAddress> parse(std::string_view text);
};

/// The 32 octets of a pin: 64 hexadecimal digits or 44 of base64, with or without `sha256/` before.
Result<std::string> parse_pin(std::string_view text);

}  // namespace weir::edge
