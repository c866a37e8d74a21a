// Path attributes: the list of an UPDATE where it lies, and what its attributes say.
#pragma once

#include <cstdint>
#include <optional>

#include "base/endpoint.h"
#include "base/wire.h"
#include "proto/bgp/as_path.h"
#include "proto/bgp/types.h"

namespace weir::bgp {

/// One attribute of the list.
struct RawAttribute {
  uint8_t flags = 0;
  AttributeType type{};
  Bytes value;
  Bytes octets;  // flags, type, length and value
  bool has(uint8_t flag) const { return (flags & flag) != 0; }
};

/// What the front of an attribute list is.
enum class AttributeStep : uint8_t {
  kAttribute,
  kEnd,
  kStub,     // too few octets for the smallest attribute (RFC 7606 §4)
  kOverrun,  // its length goes beyond the list; flags and type are there
};
/// Takes the next attribute off the front of `list`. Nothing can be read after kStub and kOverrun.
AttributeStep next_attribute(Bytes& list, RawAttribute& attribute);

struct NextHop {
  IpAddress address;
  std::optional<IpAddress> link_local;  // IPv6, beside a global one (RFC 2545)
  bool operator==(const NextHop&) const = default;
};

struct Aggregator {
  uint32_t as = 0;
  IpAddress address;
  bool operator==(const Aggregator&) const = default;
};

struct LargeCommunity {
  uint32_t global = 0;
  uint32_t local1 = 0;
  uint32_t local2 = 0;
  bool operator==(const LargeCommunity&) const = default;
};

/// Numbers of four octets, such as communities and cluster identifiers, where they lie.
inline size_t count_u32(Bytes list) { return list.size() / 4; }
inline uint32_t u32_at(Bytes list, size_t index) { return load_u32(&list[index * 4]); }
bool contains_u32(Bytes list, uint32_t number);
/// Extended communities (RFC 4360) are numbers of eight octets.
inline uint64_t u64_at(Bytes list, size_t index) { return load_u64(&list[index * 8]); }
LargeCommunity large_at(Bytes list, size_t index);

/// What was understood; attributes that are absent, or were discarded, are empty.
struct Attributes {
  std::optional<Origin> origin;
  std::optional<AsPath> as_path;
  std::optional<IpAddress> next_hop;  // of the classic NLRI
  std::optional<uint32_t> med;
  std::optional<uint32_t> local_pref;
  bool atomic_aggregate = false;
  std::optional<Aggregator> aggregator;
  Bytes communities;  // u32 each
  std::optional<uint32_t> originator_id;
  Bytes cluster_list;               // u32 each
  Bytes extended_communities;       // u64 each
  Bytes ipv6_extended_communities;  // 20 octets each
  Bytes large_communities;          // 12 octets each
  std::optional<AsPath> as4_path;   // from a speaker of two-octet numbers
  std::optional<Aggregator> as4_aggregator;
  std::optional<uint32_t> only_to_customer;

  Bytes list;                       // all of them, as they came, as far as they could be read
  uint16_t unknown_transitive = 0;  // to be passed on as they are, with the partial bit
  uint16_t unknown_ignored = 0;     // not transitive
};

/// True for a type whose value is looked at here.
bool is_known(AttributeType type);

/// RFC 9234 §5: whether a route with this mark, from a neighbour whose role is `peer`, has leaked.
/// `peer_as` is the neighbour's number.
bool is_leaked(std::optional<uint32_t> only_to_customer, Role peer, uint32_t peer_as);

}  // namespace weir::bgp
