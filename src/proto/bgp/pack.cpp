// Writes UPDATEs straight into the buffer that is sent.
#include "proto/bgp/pack.h"

#include <algorithm>

#include "base/check.h"

namespace weir::bgp {

namespace {

constexpr size_t kLengthAt = 16;  // in the header
constexpr size_t kFields = 4;     // the two lengths of an UPDATE's body
constexpr size_t kMpHead = 4;     // flags, type, extended length of an MP attribute
constexpr uint8_t kMpFlags = attribute_flag::kOptional | attribute_flag::kExtendedLength;

/// Prefixes written one after the other from `at`, not beyond `end`.
struct Run {
  uint8_t* at;
  size_t prefixes = 0;
};

Run write_run(std::span<const Prefix> prefixes, Family family, uint8_t* at, const uint8_t* end) {
  Run run{at};
  for (const Prefix& prefix : prefixes) {
    CHECK(prefix.address.is_v4() == (family == Family::kIpv4Unicast));
    if (wire_size(prefix) > static_cast<size_t>(end - run.at)) break;
    run.at = write_prefix(run.at, prefix);
    ++run.prefixes;
  }
  return run;
}

void write_length(MutableBytes out, size_t at, size_t length) {
  store_u16(&out[at], static_cast<uint16_t>(length));
}

/// The header and zeros for both lengths.
void begin_update(WireWriter& writer) {
  begin_message(writer, MessageType::kUpdate);
  writer.u16(0);
  writer.u16(0);
}

/// Prefixes at the end of what `writer` has written, and the message's length.
Packed finish(WireWriter& writer, Family family, std::span<const Prefix> prefixes,
              MutableBytes out) {
  if (!writer.ok()) return {};
  const size_t at = writer.position();
  const Run run = write_run(prefixes, family, out.data() + at, out.data() + out.size());
  if (run.prefixes == 0) return {};
  const auto size = static_cast<size_t>(run.at - out.data());
  write_length(out, kLengthAt, size);
  return {size, run.prefixes};
}

/// The attribute MP_REACH_NLRI goes first (RFC 7606 §5.1), so its prefixes end before the others
/// begin: room for these is kept.
Packed pack_reach(Family family, const AttributeSet& attributes, std::span<const Prefix> prefixes,
                  MutableBytes out) {
  const Bytes next_hop = attributes.next_hop_v6();
  const size_t others = attributes.before_next_hop().size() + attributes.after_next_hop().size();
  if (others > out.size()) return {};
  WireWriter writer(out.first(out.size() - others));
  begin_update(writer);
  writer.u8(kMpFlags);
  writer.u8(static_cast<uint8_t>(AttributeType::kMpReach));
  writer.u16(0);
  writer.u16(afi_of(family));
  writer.u8(kSafiUnicast);
  writer.u8(static_cast<uint8_t>(next_hop.size()));
  writer.bytes(next_hop);
  writer.u8(0);  // reserved
  Packed packed = finish(writer, family, prefixes, out.first(out.size() - others));
  if (packed.prefixes == 0) return {};
  constexpr size_t kValueAt = kHeaderSize + kFields + kMpHead;
  write_length(out, kValueAt - 2, packed.octets - kValueAt);
  WireWriter rest(out.subspan(packed.octets));
  rest.bytes(attributes.before_next_hop());
  rest.bytes(attributes.after_next_hop());
  packed.octets += others;
  write_length(out, kHeaderSize + 2, packed.octets - kHeaderSize - kFields);
  write_length(out, kLengthAt, packed.octets);
  return packed;
}

Packed pack_nlri(const AttributeSet& attributes, std::span<const Prefix> prefixes,
                 MutableBytes out) {
  WireWriter writer(out);
  begin_update(writer);
  writer.patch_u16(kHeaderSize + 2, static_cast<uint16_t>(attributes.classic().size()));
  writer.bytes(attributes.classic());
  return finish(writer, Family::kIpv4Unicast, prefixes, out);
}

/// The field of withdrawn routes; the attributes' length, zero, stands behind it.
Packed pack_withdrawn_field(std::span<const Prefix> prefixes, MutableBytes out) {
  constexpr size_t kBehind = 2;
  if (out.size() < kHeaderSize + kFields) return {};
  const MutableBytes front = out.first(out.size() - kBehind);
  WireWriter writer(front);
  begin_message(writer, MessageType::kUpdate);
  writer.u16(0);
  Packed packed = finish(writer, Family::kIpv4Unicast, prefixes, front);
  if (packed.prefixes == 0) return {};
  write_length(out, kHeaderSize, packed.octets - kHeaderSize - 2);
  write_length(out, packed.octets, 0);
  packed.octets += kBehind;
  write_length(out, kLengthAt, packed.octets);
  return packed;
}

Packed pack_unreach(Family family, std::span<const Prefix> prefixes, MutableBytes out) {
  WireWriter writer(out);
  begin_update(writer);
  writer.u8(kMpFlags);
  writer.u8(static_cast<uint8_t>(AttributeType::kMpUnreach));
  writer.u16(0);
  writer.u16(afi_of(family));
  writer.u8(kSafiUnicast);
  const Packed packed = finish(writer, family, prefixes, out);
  if (packed.prefixes == 0) return {};
  constexpr size_t kListAt = kHeaderSize + kFields;
  write_length(out, kHeaderSize + 2, packed.octets - kListAt);
  write_length(out, kListAt + kMpHead - 2, packed.octets - kListAt - kMpHead);
  return packed;
}

MutableBytes within_limit(MutableBytes out) {
  return out.first(std::min(out.size(), kMaxExtendedMessage));
}

}  // namespace

Packed pack_announcement(Family family, const AttributeSet& attributes,
                         std::span<const Prefix> prefixes, MutableBytes out) {
  out = within_limit(out);
  if (family == Family::kIpv4Unicast && attributes.has_next_hop_v4())
    return pack_nlri(attributes, prefixes, out);
  CHECK(!attributes.next_hop_v6().empty());
  return pack_reach(family, attributes, prefixes, out);
}

Packed pack_withdrawal(Family family, std::span<const Prefix> prefixes, MutableBytes out) {
  out = within_limit(out);
  return family == Family::kIpv4Unicast ? pack_withdrawn_field(prefixes, out)
                                        : pack_unreach(family, prefixes, out);
}

Octets end_of_rib(Family family) {
  Octets out(kHeaderSize + kFields + 6);
  WireWriter writer(out);
  begin_update(writer);
  if (family != Family::kIpv4Unicast) {
    writer.u8(attribute_flag::kOptional);
    writer.u8(static_cast<uint8_t>(AttributeType::kMpUnreach));
    writer.u8(3);
    writer.u16(afi_of(family));
    writer.u8(kSafiUnicast);
    writer.patch_u16(kHeaderSize + 2, 6);
  }
  end_message(writer);
  out.resize(writer.position());
  return out;
}

}  // namespace weir::bgp
