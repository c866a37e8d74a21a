// The words for BGP's numbers.
#include "proto/bgp/types.h"

namespace weir::bgp {

std::string_view to_text(MessageType type) {
  switch (type) {
    case MessageType::kOpen: return "OPEN";
    case MessageType::kUpdate: return "UPDATE";
    case MessageType::kNotification: return "NOTIFICATION";
    case MessageType::kKeepalive: return "KEEPALIVE";
    case MessageType::kRouteRefresh: return "ROUTE-REFRESH";
  }
  return "unknown message";
}

std::string_view to_text(Family family) {
  return family == Family::kIpv4Unicast ? "IPv4 unicast" : "IPv6 unicast";
}

std::string to_text(AttributeType type) {
  switch (type) {
    case AttributeType::kOrigin: return "ORIGIN";
    case AttributeType::kAsPath: return "AS_PATH";
    case AttributeType::kNextHop: return "NEXT_HOP";
    case AttributeType::kMultiExitDisc: return "MULTI_EXIT_DISC";
    case AttributeType::kLocalPref: return "LOCAL_PREF";
    case AttributeType::kAtomicAggregate: return "ATOMIC_AGGREGATE";
    case AttributeType::kAggregator: return "AGGREGATOR";
    case AttributeType::kCommunities: return "COMMUNITIES";
    case AttributeType::kOriginatorId: return "ORIGINATOR_ID";
    case AttributeType::kClusterList: return "CLUSTER_LIST";
    case AttributeType::kMpReach: return "MP_REACH_NLRI";
    case AttributeType::kMpUnreach: return "MP_UNREACH_NLRI";
    case AttributeType::kExtendedCommunities: return "EXTENDED_COMMUNITIES";
    case AttributeType::kAs4Path: return "AS4_PATH";
    case AttributeType::kAs4Aggregator: return "AS4_AGGREGATOR";
    case AttributeType::kIpv6ExtendedCommunities: return "IPV6_EXTENDED_COMMUNITIES";
    case AttributeType::kLargeCommunities: return "LARGE_COMMUNITY";
    case AttributeType::kOnlyToCustomer: return "ONLY_TO_CUSTOMER";
  }
  return "attribute " + std::to_string(static_cast<unsigned>(type));
}

}  // namespace weir::bgp
