// What routes are announced with, encoded once and shared by all prefixes that it is for.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "proto/bgp/attributes.h"

namespace weir::bgp {

/// What the owner wants to say of a group of routes. Attributes that are empty are not sent.
struct RouteAttributes {
  Origin origin = Origin::kIgp;
  std::vector<uint32_t> as_path;  // without our own number
  std::optional<IpAddress> next_hop_v4;
  std::optional<NextHop> next_hop_v6;
  std::optional<uint32_t> med;
  std::optional<uint32_t> local_pref;  // internal neighbours: 100 unless it is given
  bool atomic_aggregate = false;
  std::optional<Aggregator> aggregator;
  std::vector<uint32_t> communities;
  std::vector<uint64_t> extended_communities;
  std::vector<LargeCommunity> large_communities;
  std::optional<uint32_t> only_to_customer;
};

/// The neighbour they are for.
struct AttributeContext {
  bool external = true;
  bool four_octet_as = true;
  uint32_t local_as = 0;  // put in front of the path of external neighbours
};

/// The encoded attributes but MP_REACH_NLRI, in ascending order of type.
class AttributeSet {
 public:
  static AttributeSet encode(const RouteAttributes& attributes, const AttributeContext& context);

  /// For the NLRI field: with NEXT_HOP.
  Bytes classic() const { return octets_; }
  /// For MP_REACH_NLRI: what stands before and after NEXT_HOP.
  Bytes before_next_hop() const { return Bytes(octets_).first(next_hop_at_); }
  Bytes after_next_hop() const {
    return Bytes(octets_).subspan(next_hop_at_ + (has_next_hop_v4_ ? kNextHopSize : 0));
  }

  bool has_next_hop_v4() const { return has_next_hop_v4_; }
  /// The next hop of MP_REACH_NLRI: 16 octets, 32 with a link-local address, or none.
  Bytes next_hop_v6() const { return next_hop_v6_; }

 private:
  static constexpr size_t kNextHopSize = 7;
  Octets octets_;
  Octets next_hop_v6_;
  size_t next_hop_at_ = 0;
  bool has_next_hop_v4_ = false;
};

}  // namespace weir::bgp
