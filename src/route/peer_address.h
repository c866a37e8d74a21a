// Where a neighbour is, as operators write it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/endpoint.h"

namespace weir::route {

inline constexpr uint16_t kBgpPort = 179;

/// `192.0.2.1`, `192.0.2.1:1179`, `2001:db8::1`, `[2001:db8::1]:1179`, `router.example:1179`.
struct PeerAddress {
  std::optional<IpAddress> address;  // nothing for a name
  std::string host;                  // the name
  uint16_t port = kBgpPort;

  static std::optional<PeerAddress> parse(std::string_view text);
  std::string to_text() const;
};

}  // namespace weir::route
