// The numbers of BGP and their names (IANA "Border Gateway Protocol (BGP) Parameters").
#pragma once

#include <bit>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace weir::bgp {

enum class MessageType : uint8_t {
  kOpen = 1,
  kUpdate = 2,
  kNotification = 3,
  kKeepalive = 4,
  kRouteRefresh = 5,
};

/// The address families that weir speaks; on the wire an AFI and a SAFI (RFC 4760).
enum class Family : uint8_t { kIpv4Unicast, kIpv6Unicast };
inline constexpr Family kFamilies[] = {Family::kIpv4Unicast, Family::kIpv6Unicast};
inline constexpr uint8_t kSafiUnicast = 1;

constexpr uint16_t afi_of(Family family) { return family == Family::kIpv4Unicast ? 1 : 2; }
constexpr uint8_t max_prefix_length(Family family) {
  return family == Family::kIpv4Unicast ? 32 : 128;
}
/// Nothing for a family that weir does not speak.
constexpr std::optional<Family> family_of(uint16_t afi, uint8_t safi) {
  if (safi != kSafiUnicast || afi < 1 || afi > 2) return std::nullopt;
  return afi == 1 ? Family::kIpv4Unicast : Family::kIpv6Unicast;
}

class FamilySet {
 public:
  constexpr FamilySet() = default;
  constexpr explicit FamilySet(Family family) { add(family); }
  static constexpr FamilySet all() {
    FamilySet set(Family::kIpv4Unicast);
    set.add(Family::kIpv6Unicast);
    return set;
  }
  constexpr void add(Family family) {
    bits_ = static_cast<uint8_t>(bits_ | 1u << static_cast<unsigned>(family));
  }
  constexpr bool has(Family family) const {
    return (bits_ >> static_cast<unsigned>(family) & 1) != 0;
  }
  constexpr bool empty() const { return bits_ == 0; }
  constexpr size_t size() const { return static_cast<size_t>(std::popcount(bits_)); }
  /// What both have.
  friend constexpr FamilySet operator&(FamilySet a, FamilySet b) {
    a.bits_ &= b.bits_;
    return a;
  }
  constexpr bool operator==(const FamilySet&) const = default;

 private:
  uint8_t bits_ = 0;
};

enum class AttributeType : uint8_t {
  kOrigin = 1,
  kAsPath = 2,
  kNextHop = 3,
  kMultiExitDisc = 4,
  kLocalPref = 5,
  kAtomicAggregate = 6,
  kAggregator = 7,
  kCommunities = 8,
  kOriginatorId = 9,
  kClusterList = 10,
  kMpReach = 14,
  kMpUnreach = 15,
  kExtendedCommunities = 16,
  kAs4Path = 17,
  kAs4Aggregator = 18,
  kIpv6ExtendedCommunities = 25,
  kLargeCommunities = 32,
  kOnlyToCustomer = 35,
};

/// Bits of an attribute's flags octet (RFC 4271 §4.3).
namespace attribute_flag {
inline constexpr uint8_t kOptional = 0x80, kTransitive = 0x40, kPartial = 0x20,
                         kExtendedLength = 0x10;
}

enum class Origin : uint8_t { kIgp = 0, kEgp = 1, kIncomplete = 2 };

/// Who we are to the neighbour, by contract (RFC 9234).
enum class Role : uint8_t {
  kProvider = 0,
  kRouteServer = 1,
  kRouteServerClient = 2,
  kCustomer = 3,
  kPeer = 4,
};

/// Stands in two octets for an AS number that needs four (RFC 6793).
inline constexpr uint16_t kAsTrans = 23456;

/// Well-known communities (RFC 1997, 7999, 8326, 9494).
namespace community {
inline constexpr uint32_t kGracefulShutdown = 0xffff0000, kLlgrStale = 0xffff0006,
                          kNoLlgr = 0xffff0007, kBlackhole = 0xffff029a, kNoExport = 0xffffff01,
                          kNoAdvertise = 0xffffff02, kNoExportSubconfed = 0xffffff03;
}

/// `UPDATE`.
std::string_view to_text(MessageType type);
/// `IPv4 unicast`.
std::string_view to_text(Family family);
/// `AS_PATH`, or `attribute 240` for one without a name here.
std::string to_text(AttributeType type);

}  // namespace weir::bgp
