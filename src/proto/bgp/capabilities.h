// What a speaker says it can do, in its OPEN (RFC 5492 and one RFC a capability).
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/bytes.h"
#include "base/wire.h"
#include "proto/bgp/types.h"

namespace weir::bgp {

enum class CapabilityCode : uint8_t {
  kMultiprotocol = 1,
  kRouteRefresh = 2,
  kExtendedNextHop = 5,
  kExtendedMessage = 6,
  kRole = 9,
  kGracefulRestart = 64,
  kFourOctetAs = 65,
  kEnhancedRouteRefresh = 70,
  kLongLivedGracefulRestart = 71,
  kFqdn = 73,
  kSoftwareVersion = 75,
};

/// How a speaker restarts without its routes being lost (RFC 4724, 8538).
struct GracefulRestart {
  bool restarting = false;    // R: it has just restarted, and does not wait for our End-of-RIB
  bool notification = false;  // N: a NOTIFICATION other than a hard reset restarts gracefully too
  uint16_t time_seconds = 0;  // below 4096: how long to keep its routes while it is away
  FamilySet families;         // for which this is done
  FamilySet forwarding;       // F: for which it forwarded all the time
  bool operator==(const GracefulRestart&) const = default;
};

/// How long stale routes are kept after that (RFC 9494).
struct LongLived {
  FamilySet families;
  FamilySet forwarding;
  std::array<uint32_t, std::size(kFamilies)> stale_seconds{};  // by family; below 2^24
  bool operator==(const LongLived&) const = default;
};

/// All capabilities of an OPEN. The texts are views of the message.
struct Capabilities {
  FamilySet families;          // multiprotocol (RFC 4760)
  bool multiprotocol = false;  // false: none was named, which means IPv4 unicast
  bool route_refresh = false;
  bool enhanced_route_refresh = false;
  bool extended_message = false;
  bool ipv4_over_ipv6 = false;  // IPv4 unicast with an IPv6 next hop (RFC 8950)
  std::optional<uint32_t> four_octet_as;
  std::optional<GracefulRestart> graceful_restart;
  std::optional<LongLived> long_lived;
  std::optional<Role> role;   // any octet; the caller knows which pairs go together
  bool roles_differ = false;  // two roles that are not the same: an error by RFC 9234 §4.2
  std::string_view host_name;
  std::string_view domain_name;
  std::string_view software;
  uint16_t ignored = 0;  // unknown ones, and malformed ones that only inform

  bool operator==(const Capabilities&) const = default;
};

/// Adds the capabilities in the value of one optional parameter; an OPEN may have several. False
/// when one overruns the parameter, or has a length that its RFC does not allow.
bool decode_capabilities(Bytes value, Capabilities& capabilities);

/// Writes them as the value of one optional parameter. A text is cut at 64 octets.
void encode_capabilities(const Capabilities& capabilities, WireWriter& writer);

}  // namespace weir::bgp
