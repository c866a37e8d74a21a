// Reads UPDATEs and applies RFC 7606: section numbers without a document are that RFC's.
#include "proto/bgp/update.h"

#include <array>

namespace weir::bgp {

namespace {

using namespace attribute_flag;  // NOLINT: bits, used in one table

constexpr uint8_t kWellKnown = kTransitive;

/// What an attribute's flags have to be, of optional and transitive.
uint8_t wanted_flags(AttributeType type) {
  switch (type) {
    case AttributeType::kMultiExitDisc:
    case AttributeType::kOriginatorId:
    case AttributeType::kClusterList:
    case AttributeType::kMpReach:
    case AttributeType::kMpUnreach: return kOptional;
    case AttributeType::kAggregator:
    case AttributeType::kCommunities:
    case AttributeType::kExtendedCommunities:
    case AttributeType::kAs4Path:
    case AttributeType::kAs4Aggregator:
    case AttributeType::kIpv6ExtendedCommunities:
    case AttributeType::kLargeCommunities:
    case AttributeType::kOnlyToCustomer: return kOptional | kTransitive;
    default: return kWellKnown;
  }
}

/// An address that a host may have, as far as its octets tell.
bool is_host(const IpAddress& address) {
  const Bytes octets = address.octets();
  if (address.is_v4()) return octets[0] != 0 && octets[0] != 127 && octets[0] < 224;
  if (octets[0] == 0xff) return false;
  uint8_t sum = 0;
  for (const uint8_t octet : octets.first(15)) sum |= octet;
  return sum != 0 || octets[15] > 1;  // not :: and not ::1
}

bool is_link_local(const IpAddress& address) {
  return address.octets()[0] == 0xfe && (address.octets()[1] & 0xc0) == 0x80;
}

/// One UPDATE being read.
class Reading {
 public:
  Reading(const Frame& frame, const UpdateContext& context) : frame_(frame), context_(context) {}

  Update read();

 private:
  bool read_fields();
  void read_list();
  void read_attribute(const RawAttribute& attribute);
  void read_unknown(const RawAttribute& attribute);
  bool belongs_to_internal(const RawAttribute& attribute);
  void read_value(const RawAttribute& attribute);
  void read_origin(const RawAttribute& attribute);
  void read_as_path(const RawAttribute& attribute);
  void read_next_hop(const RawAttribute& attribute);
  void read_aggregator(const RawAttribute& attribute);
  void read_as4_path(const RawAttribute& attribute);
  void read_as4_aggregator(const RawAttribute& attribute);
  void read_number(const RawAttribute& attribute, std::optional<uint32_t>& number);
  void read_words(const RawAttribute& attribute, size_t size, Bytes& words);
  void read_reach(const RawAttribute& attribute);
  void read_unreach(const RawAttribute& attribute);
  bool read_reach_next_hop(const RawAttribute& attribute, Family family, Bytes octets);
  void require(bool present, AttributeType type);
  void require_mandatory();
  void drop_foreign_fields();
  void settle();

  void find(Fault fault, Approach approach, AttributeType attribute);
  void discard(Fault fault, const RawAttribute& attribute);
  void withdraw(Fault fault, UpdateError error, AttributeType type, Bytes data);
  void withdraw(Fault fault, UpdateError error, const RawAttribute& attribute);
  void reset(Fault fault, UpdateError error, AttributeType type = {}, Bytes data = {});
  bool is_reset() const { return update_.approach == Approach::kSessionReset; }

  const Frame& frame_;
  const UpdateContext& context_;
  Update update_;
  std::array<bool, 256> seen_{};
  bool reaches_ = false;      // some prefix is announced, of whatever family
  Notification first_error_;  // of those that ask for treat-as-withdraw
};

void Reading::find(Fault fault, Approach approach, AttributeType attribute) {
  update_.findings.add({fault, approach, attribute});
  update_.approach = std::max(update_.approach, approach);
}

void Reading::discard(Fault fault, const RawAttribute& attribute) {
  find(fault, Approach::kAttributeDiscard, attribute.type);
}

void Reading::withdraw(Fault fault, UpdateError error, AttributeType type, Bytes data) {
  if (update_.approach < Approach::kTreatAsWithdraw) first_error_ = Notification(error, data);
  find(fault, Approach::kTreatAsWithdraw, type);
}

void Reading::withdraw(Fault fault, UpdateError error, const RawAttribute& attribute) {
  withdraw(fault, error, attribute.type, attribute.octets);
}

void Reading::reset(Fault fault, UpdateError error, AttributeType type, Bytes data) {
  if (!is_reset()) update_.reset = Notification(error, data);
  find(fault, Approach::kSessionReset, type);
}

Update Reading::read() {
  if (read_fields()) {
    read_list();
    require_mandatory();
    drop_foreign_fields();
  }
  settle();
  return update_;
}

/// The fields outside the attributes (§3.b, §5.3), and the mark of an end (RFC 4724 §2).
bool Reading::read_fields() {
  WireReader reader(frame_.body());
  const Bytes withdrawn = reader.bytes(reader.u16());
  update_.attributes.list = reader.bytes(reader.u16());
  if (!reader.ok()) {
    reset(Fault::kLengths, UpdateError::kAttributeList);
    return false;
  }
  const Bytes announced = reader.rest();
  const auto gone = PrefixRun::parse(withdrawn, Family::kIpv4Unicast);
  const auto come = PrefixRun::parse(announced, Family::kIpv4Unicast);
  if (!gone || !come) {
    reset(Fault::kPrefixes, UpdateError::kNetworkField);
    return false;
  }
  update_.withdrawn = *gone;
  update_.announced = *come;
  reaches_ = !announced.empty();
  if (frame_.body().size() == 4) update_.end_of_rib = Family::kIpv4Unicast;
  return true;
}

void Reading::read_list() {
  Bytes left = update_.attributes.list;
  RawAttribute attribute;
  AttributeStep step = AttributeStep::kEnd;
  while ((step = next_attribute(left, attribute)) == AttributeStep::kAttribute)
    read_attribute(attribute);
  Bytes& list = update_.attributes.list;
  list = list.first(list.size() - left.size());
  if (step == AttributeStep::kStub)
    withdraw(Fault::kStub, UpdateError::kAttributeList, AttributeType{}, {});
  if (step != AttributeStep::kOverrun) return;
  // With a cut MP_REACH_NLRI or MP_UNREACH_NLRI its prefixes are not known (§3.j).
  if (attribute.type == AttributeType::kMpReach || attribute.type == AttributeType::kMpUnreach)
    reset(Fault::kOverrun, UpdateError::kAttributeList, attribute.type);
  else
    withdraw(Fault::kOverrun, UpdateError::kAttributeList, attribute.type, {});
}

void Reading::read_attribute(const RawAttribute& attribute) {
  const AttributeType type = attribute.type;
  const bool multiprotocol = type == AttributeType::kMpReach || type == AttributeType::kMpUnreach;
  if (std::exchange(seen_[static_cast<uint8_t>(type)], true)) {  // §3.g
    if (multiprotocol)
      reset(Fault::kDuplicate, UpdateError::kAttributeList, type);
    else
      discard(Fault::kDuplicate, attribute);
    return;
  }
  if (!is_known(type)) return read_unknown(attribute);
  if (belongs_to_internal(attribute)) return discard(Fault::kUnexpected, attribute);
  if ((attribute.flags & (kOptional | kTransitive)) != wanted_flags(type)) {
    if (multiprotocol)  // §5.3
      reset(Fault::kFlags, UpdateError::kAttributeFlags, type, attribute.octets);
    else  // §3.c
      withdraw(Fault::kFlags, UpdateError::kAttributeFlags, attribute);
    return;
  }
  read_value(attribute);
}

/// RFC 4271 §6.3, which §3 does not change for what is well known; else §5 of RFC 4271.
void Reading::read_unknown(const RawAttribute& attribute) {
  if (!attribute.has(kOptional))
    return reset(Fault::kUnrecognized, UpdateError::kUnrecognizedWellKnown, attribute.type,
                 attribute.octets);
  ++(attribute.has(kTransitive) ? update_.attributes.unknown_transitive
                                : update_.attributes.unknown_ignored);
}

/// §7.5, 7.9 and 7.10 discard these from external neighbours whatever they hold; RFC 6793 §4.1
/// discards the AS4 ones from speakers of four-octet numbers.
bool Reading::belongs_to_internal(const RawAttribute& attribute) {
  switch (attribute.type) {
    case AttributeType::kLocalPref:
    case AttributeType::kOriginatorId:
    case AttributeType::kClusterList: return context_.external;
    case AttributeType::kAs4Path:
    case AttributeType::kAs4Aggregator: return context_.four_octet_as;
    default: return false;
  }
}

void Reading::read_value(const RawAttribute& attribute) {
  Attributes& to = update_.attributes;
  switch (attribute.type) {
    case AttributeType::kOrigin: return read_origin(attribute);
    case AttributeType::kAsPath: return read_as_path(attribute);
    case AttributeType::kNextHop: return read_next_hop(attribute);
    case AttributeType::kMultiExitDisc: return read_number(attribute, to.med);
    case AttributeType::kLocalPref: return read_number(attribute, to.local_pref);
    case AttributeType::kAtomicAggregate:
      if (!attribute.value.empty()) return discard(Fault::kLength, attribute);  // §7.6
      to.atomic_aggregate = true;
      return;
    case AttributeType::kAggregator: return read_aggregator(attribute);
    case AttributeType::kCommunities: return read_words(attribute, 4, to.communities);
    case AttributeType::kOriginatorId: return read_number(attribute, to.originator_id);
    case AttributeType::kClusterList: return read_words(attribute, 4, to.cluster_list);
    case AttributeType::kMpReach: return read_reach(attribute);
    case AttributeType::kMpUnreach: return read_unreach(attribute);
    case AttributeType::kExtendedCommunities:
      return read_words(attribute, 8, to.extended_communities);
    case AttributeType::kAs4Path: return read_as4_path(attribute);
    case AttributeType::kAs4Aggregator: return read_as4_aggregator(attribute);
    case AttributeType::kIpv6ExtendedCommunities:
      return read_words(attribute, 20, to.ipv6_extended_communities);
    case AttributeType::kLargeCommunities: return read_words(attribute, 12, to.large_communities);
    case AttributeType::kOnlyToCustomer: return read_number(attribute, to.only_to_customer);
  }
}

void Reading::read_origin(const RawAttribute& attribute) {  // §7.1
  if (attribute.value.size() != 1)
    return withdraw(Fault::kLength, UpdateError::kAttributeLength, attribute);
  if (attribute.value[0] > static_cast<uint8_t>(Origin::kIncomplete))
    return withdraw(Fault::kValue, UpdateError::kOrigin, attribute);
  update_.attributes.origin = static_cast<Origin>(attribute.value[0]);
}

void Reading::read_as_path(const RawAttribute& attribute) {  // §7.2; confederations: RFC 5065 §5
  const auto path =
      AsPath::parse(attribute.value, context_.four_octet_as ? 4 : 2, !context_.external);
  if (!path) return withdraw(Fault::kValue, UpdateError::kAsPath, attribute);
  update_.attributes.as_path = path;
  if (!context_.external || !context_.first_as) return;
  const bool trans = !context_.four_octet_as && *context_.first_as > 0xffff;
  if (path->first() != (trans ? kAsTrans : *context_.first_as))
    withdraw(Fault::kFirstAs, UpdateError::kAsPath, attribute);
}

void Reading::read_next_hop(const RawAttribute& attribute) {  // §7.3
  if (attribute.value.size() != 4)
    return withdraw(Fault::kLength, UpdateError::kAttributeLength, attribute);
  const IpAddress address = IpAddress::v4(attribute.value.data());
  if (update_.announced.empty()) return;  // nothing here goes through it (RFC 4760 §3)
  if (!is_host(address)) return withdraw(Fault::kNextHop, UpdateError::kNextHop, attribute);
  update_.attributes.next_hop = address;
}

void Reading::read_number(const RawAttribute& attribute, std::optional<uint32_t>& number) {
  if (attribute.value.size() != 4)  // §7.4, 7.5, 7.9; RFC 9234 §5
    return withdraw(Fault::kLength, UpdateError::kAttributeLength, attribute);
  number = load_u32(attribute.value.data());
}

/// Lists of things of `size` octets, at least one: §7.8, 7.10, 7.14, 7.15; RFC 8092 §6.
void Reading::read_words(const RawAttribute& attribute, size_t size, Bytes& words) {
  if (attribute.value.empty() || attribute.value.size() % size != 0)
    return withdraw(Fault::kLength, UpdateError::kOptionalAttribute, attribute);
  words = attribute.value;
}

void Reading::read_aggregator(const RawAttribute& attribute) {  // §7.7; AS 0: RFC 7607 §2
  const size_t width = context_.four_octet_as ? 4 : 2;
  const Bytes value = attribute.value;
  if (value.size() != width + 4) return discard(Fault::kLength, attribute);
  const uint32_t as = width == 4 ? load_u32(value.data()) : load_u16(value.data());
  if (as == 0) return discard(Fault::kValue, attribute);
  update_.attributes.aggregator = Aggregator{as, IpAddress::v4(&value[width])};
}

void Reading::read_as4_path(const RawAttribute& attribute) {  // RFC 6793 §6
  const auto path = AsPath::parse(attribute.value, 4, false);
  if (!path || path->empty()) return discard(Fault::kValue, attribute);
  update_.attributes.as4_path = path;
}

void Reading::read_as4_aggregator(const RawAttribute& attribute) {
  const Bytes value = attribute.value;
  if (value.size() != 8) return discard(Fault::kLength, attribute);
  if (load_u32(value.data()) == 0) return discard(Fault::kValue, attribute);
  update_.attributes.as4_aggregator = Aggregator{load_u32(value.data()), IpAddress::v4(&value[4])};
}

void Reading::read_reach(const RawAttribute& attribute) {  // §5.3, 7.11; RFC 4760 §3
  WireReader reader(attribute.value);
  const uint16_t afi = reader.u16();
  const uint8_t safi = reader.u8();
  const Bytes next_hop = reader.bytes(reader.u8());
  reader.skip(1);  // reserved
  const Bytes octets = reader.rest();
  if (!reader.ok())
    return reset(Fault::kLength, UpdateError::kOptionalAttribute, attribute.type, attribute.octets);
  reaches_ = reaches_ || !octets.empty();
  const auto family = family_of(afi, safi);
  if (!family || !context_.families.has(*family)) return discard(Fault::kNotNegotiated, attribute);
  const auto run = PrefixRun::parse(octets, *family);
  if (!run)
    return reset(Fault::kPrefixes, UpdateError::kOptionalAttribute, attribute.type,
                 attribute.octets);
  if (read_reach_next_hop(attribute, *family, next_hop)) update_.reachable = *run;
}

/// False when the session has to end: with a length that was not expected nothing behind it can be
/// trusted (§7.11).
bool Reading::read_reach_next_hop(const RawAttribute& attribute, Family family, Bytes octets) {
  const bool v4 = family == Family::kIpv4Unicast && octets.size() == 4;
  const bool v6 = (family == Family::kIpv6Unicast || context_.ipv4_over_ipv6) &&
                  (octets.size() == 16 || octets.size() == 32);
  if (!v4 && !v6) {
    reset(Fault::kLength, UpdateError::kOptionalAttribute, attribute.type, attribute.octets);
    return false;
  }
  NextHop& next_hop = update_.reachable_by;
  next_hop.address = v4 ? IpAddress::v4(octets.data()) : IpAddress::v6(octets.data());
  if (octets.size() == 32) {
    const IpAddress second = IpAddress::v6(&octets[16]);
    if (is_link_local(second)) next_hop.link_local = second;
  }
  if (!is_host(next_hop.address)) withdraw(Fault::kNextHop, UpdateError::kNextHop, attribute);
  return true;
}

void Reading::read_unreach(const RawAttribute& attribute) {  // §5.3; RFC 4760 §4
  WireReader reader(attribute.value);
  const uint16_t afi = reader.u16();
  const uint8_t safi = reader.u8();
  const Bytes octets = reader.rest();
  if (!reader.ok())
    return reset(Fault::kLength, UpdateError::kOptionalAttribute, attribute.type, attribute.octets);
  const auto family = family_of(afi, safi);
  if (!family || !context_.families.has(*family)) return discard(Fault::kNotNegotiated, attribute);
  const auto run = PrefixRun::parse(octets, *family);
  if (!run)
    return reset(Fault::kPrefixes, UpdateError::kOptionalAttribute, attribute.type,
                 attribute.octets);
  update_.unreachable = *run;
  const size_t alone = frame_.body().size() - 4;
  if (octets.empty() && attribute.octets.size() == alone) update_.end_of_rib = family;
}

void Reading::require(bool present, AttributeType type) {
  if (present) return;
  static constexpr uint8_t kTypes[] = {0, 1, 2, 3, 4, 5};  // octets to point at, by themselves
  withdraw(Fault::kMissing, UpdateError::kMissingWellKnown, type,
           Bytes(kTypes).subspan(static_cast<uint8_t>(type), 1));
}

/// §3.d; NEXT_HOP belongs to the NLRI field, and LOCAL_PREF to internal neighbours (RFC 4271 §5).
/// One that was there and malformed has been found already.
void Reading::require_mandatory() {
  if (!reaches_) return;
  const auto seen = [&](AttributeType type) { return seen_[static_cast<uint8_t>(type)]; };
  require(seen(AttributeType::kOrigin), AttributeType::kOrigin);
  require(seen(AttributeType::kAsPath), AttributeType::kAsPath);
  require(update_.announced.empty() || seen(AttributeType::kNextHop), AttributeType::kNextHop);
  require(context_.external || seen(AttributeType::kLocalPref), AttributeType::kLocalPref);
}

/// The fields for IPv4, where IPv4 was not agreed on.
void Reading::drop_foreign_fields() {
  if (context_.families.has(Family::kIpv4Unicast)) return;
  update_.end_of_rib =
      update_.end_of_rib == Family::kIpv4Unicast ? std::nullopt : update_.end_of_rib;
  if (update_.withdrawn.empty() && update_.announced.empty()) return;
  find(Fault::kNotNegotiated, Approach::kAttributeDiscard, AttributeType{});
  update_.withdrawn = {};
  update_.announced = {};
}

/// §5.2: attributes are wrong, and no prefix is announced that could be withdrawn instead; it may
/// be one that could not be found.
void Reading::settle() {
  if (update_.approach == Approach::kTreatAsWithdraw && !reaches_) {
    update_.approach = Approach::kSessionReset;
    update_.reset = first_error_;
  }
  if (!is_reset()) return;
  update_.withdrawn = update_.unreachable = update_.announced = update_.reachable = {};
  update_.end_of_rib.reset();
}

}  // namespace

Update decode_update(const Frame& frame, const UpdateContext& context) {
  return Reading(frame, context).read();
}

}  // namespace weir::bgp
