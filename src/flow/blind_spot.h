// DNS that passes by the resolvers it should go to, as a source of the flow saw it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/endpoint.h"

namespace weir::flow {

/// How the client asked. Of all but the first two only the opening of connections is seen.
enum class Bypass : uint8_t {
  kUdp,
  kTcp,
  kDot,   // TCP to port 853
  kDoq,   // QUIC to port 853
  kDoh,   // TCP to port 443 of a server that is known for DoH
  kDoh3,  // QUIC to the same
};
inline constexpr size_t kBypasses = 6;
/// `udp`, `tcp`, `dot`, `doq`, `doh`, `doh3`.
std::string_view to_text(Bypass way);

/// One client that asks one server in one way.
struct BlindSpot {
  std::string source;  // who saw it
  Bypass way{};
  IpAddress client;
  IpAddress server;
  WallTime first;
  WallTime last;
  uint64_t count = 0;  // messages of the first two ways, openings of the others
};

}  // namespace weir::flow
