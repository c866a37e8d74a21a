// ROUTE-REFRESH: send your routes again; and the marks around them (RFC 2918, RFC 7313).
#pragma once

#include <array>
#include <optional>

#include "proto/bgp/message.h"

namespace weir::bgp {

/// Request, or where the answer begins and ends. An end that answers our request also proves that
/// the peer has read everything we sent before it.
enum class Demarcation : uint8_t { kRequest = 0, kBegin = 1, kEnd = 2 };

struct RouteRefresh {
  Family family{};
  Demarcation demarcation = Demarcation::kRequest;
  bool operator==(const RouteRefresh&) const = default;
};

inline constexpr size_t kRouteRefreshSize = kHeaderSize + 4;

/// Nothing for what has to be ignored: families we do not speak, and demarcations nobody knows.
/// Without `enhanced` (RFC 7313 agreed on) every message is a request.
Result<std::optional<RouteRefresh>, Notification> decode_route_refresh(const Frame& frame,
                                                                       bool enhanced);

std::array<uint8_t, kRouteRefreshSize> encode(const RouteRefresh& refresh);

}  // namespace weir::bgp
