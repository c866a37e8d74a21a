// Walks over attribute lists.
#include "proto/bgp/attributes.h"

namespace weir::bgp {

AttributeStep next_attribute(Bytes& list, RawAttribute& attribute) {
  if (list.empty()) return AttributeStep::kEnd;
  const size_t head = (list[0] & attribute_flag::kExtendedLength) != 0 ? 4 : 3;
  if (list.size() < head) return AttributeStep::kStub;
  const size_t size = head == 4 ? load_u16(&list[2]) : list[2];
  attribute.flags = list[0];
  attribute.type = static_cast<AttributeType>(list[1]);
  if (size > list.size() - head) return AttributeStep::kOverrun;
  attribute.octets = list.first(head + size);
  attribute.value = attribute.octets.subspan(head);
  list = list.subspan(head + size);
  return AttributeStep::kAttribute;
}

bool contains_u32(Bytes list, uint32_t number) {
  for (size_t i = 0; i < count_u32(list); ++i)
    if (u32_at(list, i) == number) return true;
  return false;
}

LargeCommunity large_at(Bytes list, size_t index) {
  const uint8_t* at = &list[index * 12];
  return {load_u32(at), load_u32(at + 4), load_u32(at + 8)};
}

bool is_known(AttributeType type) {
  switch (type) {
    case AttributeType::kOrigin:
    case AttributeType::kAsPath:
    case AttributeType::kNextHop:
    case AttributeType::kMultiExitDisc:
    case AttributeType::kLocalPref:
    case AttributeType::kAtomicAggregate:
    case AttributeType::kAggregator:
    case AttributeType::kCommunities:
    case AttributeType::kOriginatorId:
    case AttributeType::kClusterList:
    case AttributeType::kMpReach:
    case AttributeType::kMpUnreach:
    case AttributeType::kExtendedCommunities:
    case AttributeType::kAs4Path:
    case AttributeType::kAs4Aggregator:
    case AttributeType::kIpv6ExtendedCommunities:
    case AttributeType::kLargeCommunities:
    case AttributeType::kOnlyToCustomer: return true;
  }
  return false;
}

bool is_leaked(std::optional<uint32_t> only_to_customer, Role peer, uint32_t peer_as) {
  if (!only_to_customer) return false;
  if (peer == Role::kCustomer || peer == Role::kRouteServerClient) return true;
  return peer == Role::kPeer && *only_to_customer != peer_as;
}

}  // namespace weir::bgp
