// Path attributes to octets (RFC 4271 §4.3, §5; RFC 6793 §4.2.2 for neighbours of two-octet
// numbers).
#include "proto/bgp/attribute_set.h"

#include <algorithm>

namespace weir::bgp {

namespace {

using namespace attribute_flag;  // NOLINT: bits

constexpr uint32_t kDefaultLocalPref = 100;

void append_u16(Octets& out, uint16_t value) {
  out.insert(out.end(), {static_cast<uint8_t>(value >> 8), static_cast<uint8_t>(value)});
}

void append_u32(Octets& out, uint32_t value) {
  append_u16(out, static_cast<uint16_t>(value >> 16));
  append_u16(out, static_cast<uint16_t>(value));
}

void append(Octets& out, Bytes octets) { out.insert(out.end(), octets.begin(), octets.end()); }

void append_attribute(Octets& out, uint8_t flags, AttributeType type, Bytes value) {
  const bool extended = value.size() > 255;
  out.push_back(static_cast<uint8_t>(flags | (extended ? kExtendedLength : 0)));
  out.push_back(static_cast<uint8_t>(type));
  if (extended)
    append_u16(out, static_cast<uint16_t>(value.size()));
  else
    out.push_back(static_cast<uint8_t>(value.size()));
  append(out, value);
}

void append_number(Octets& out, uint8_t flags, AttributeType type, uint32_t number) {
  Octets value;
  append_u32(value, number);
  append_attribute(out, flags, type, value);
}

uint16_t two_octets(uint32_t as) { return as > 0xffff ? kAsTrans : static_cast<uint16_t>(as); }

/// The path in segments of at most 255 numbers, each `width` octets.
Octets path_octets(const std::vector<uint32_t>& path, size_t width) {
  Octets value;
  for (size_t at = 0; at < path.size();) {
    const size_t count = std::min<size_t>(path.size() - at, 255);
    value.push_back(static_cast<uint8_t>(SegmentType::kSequence));
    value.push_back(static_cast<uint8_t>(count));
    for (const size_t end = at + count; at < end; ++at) {
      if (width == 4)
        append_u32(value, path[at]);
      else
        append_u16(value, two_octets(path[at]));
    }
  }
  return value;
}

Octets aggregator_octets(const Aggregator& aggregator, size_t width) {
  Octets value;
  if (width == 4)
    append_u32(value, aggregator.as);
  else
    append_u16(value, two_octets(aggregator.as));
  append(value, aggregator.address.octets());
  return value;
}

/// Attributes 4 to 8.
void append_middle(Octets& out, const RouteAttributes& attributes,
                   const AttributeContext& context) {
  if (attributes.med) append_number(out, kOptional, AttributeType::kMultiExitDisc, *attributes.med);
  if (!context.external)
    append_number(out, kTransitive, AttributeType::kLocalPref,
                  attributes.local_pref.value_or(kDefaultLocalPref));
  if (attributes.atomic_aggregate)
    append_attribute(out, kTransitive, AttributeType::kAtomicAggregate, {});
  if (attributes.aggregator)
    append_attribute(out, kOptional | kTransitive, AttributeType::kAggregator,
                     aggregator_octets(*attributes.aggregator, context.four_octet_as ? 4 : 2));
  if (attributes.communities.empty()) return;
  Octets value;
  for (const uint32_t community : attributes.communities) append_u32(value, community);
  append_attribute(out, kOptional | kTransitive, AttributeType::kCommunities, value);
}

void append_extended(Octets& out, const std::vector<uint64_t>& communities) {
  if (communities.empty()) return;
  Octets value;
  for (const uint64_t community : communities) {
    append_u32(value, static_cast<uint32_t>(community >> 32));
    append_u32(value, static_cast<uint32_t>(community));
  }
  append_attribute(out, kOptional | kTransitive, AttributeType::kExtendedCommunities, value);
}

/// What a neighbour of two-octet numbers passes on without understanding it.
void append_as4(Octets& out, const RouteAttributes& attributes, const std::vector<uint32_t>& path) {
  constexpr uint8_t kFlags = kOptional | kTransitive;
  const auto is_large = [](uint32_t as) { return as > 0xffff; };
  if (std::any_of(path.begin(), path.end(), is_large))
    append_attribute(out, kFlags, AttributeType::kAs4Path, path_octets(path, 4));
  if (attributes.aggregator && is_large(attributes.aggregator->as))
    append_attribute(out, kFlags, AttributeType::kAs4Aggregator,
                     aggregator_octets(*attributes.aggregator, 4));
}

void append_large(Octets& out, const std::vector<LargeCommunity>& communities) {
  if (communities.empty()) return;
  Octets value;
  for (const LargeCommunity& community : communities) {
    append_u32(value, community.global);
    append_u32(value, community.local1);
    append_u32(value, community.local2);
  }
  append_attribute(out, kOptional | kTransitive, AttributeType::kLargeCommunities, value);
}

}  // namespace

AttributeSet AttributeSet::encode(const RouteAttributes& attributes,
                                  const AttributeContext& context) {
  AttributeSet set;
  Octets& out = set.octets_;
  std::vector<uint32_t> path = attributes.as_path;
  if (context.external) path.insert(path.begin(), context.local_as);
  const auto origin = static_cast<uint8_t>(attributes.origin);
  append_attribute(out, kTransitive, AttributeType::kOrigin, Bytes(&origin, 1));
  append_attribute(out, kTransitive, AttributeType::kAsPath,
                   path_octets(path, context.four_octet_as ? 4 : 2));
  set.next_hop_at_ = out.size();
  set.has_next_hop_v4_ = attributes.next_hop_v4.has_value();
  if (attributes.next_hop_v4)
    append_attribute(out, kTransitive, AttributeType::kNextHop, attributes.next_hop_v4->octets());
  append_middle(out, attributes, context);
  append_extended(out, attributes.extended_communities);
  if (!context.four_octet_as) append_as4(out, attributes, path);
  append_large(out, attributes.large_communities);
  if (attributes.only_to_customer)
    append_number(out, kOptional | kTransitive, AttributeType::kOnlyToCustomer,
                  *attributes.only_to_customer);
  if (!attributes.next_hop_v6) return set;
  append(set.next_hop_v6_, attributes.next_hop_v6->address.octets());
  if (attributes.next_hop_v6->link_local)
    append(set.next_hop_v6_, attributes.next_hop_v6->link_local->octets());
  return set;
}

}  // namespace weir::bgp
