// pcap records and pcapng blocks, in either byte order.
#include "proto/pcap/reader.h"

#include <algorithm>

#include "proto/pcap/time.h"

namespace weir::pcap {
namespace {

constexpr uint32_t kMagicMicro = 0xa1b2c3d4;
constexpr uint32_t kMagicNano = 0xa1b23c4d;
constexpr uint32_t kByteOrderMagic = 0x1a2b3c4d;
constexpr uint32_t kBlockSection = 0x0a0d0d0a;
constexpr uint32_t kBlockInterface = 1;
constexpr uint32_t kBlockObsoletePacket = 2;
constexpr uint32_t kBlockSimplePacket = 3;
constexpr uint32_t kBlockEnhancedPacket = 6;
constexpr uint16_t kOptionEnd = 0;
constexpr uint16_t kOptionTimeResolution = 9;
constexpr uint16_t kOptionTimeOffset = 14;

constexpr size_t kFileHeader = 24;
constexpr size_t kRecordHeader = 16;
constexpr size_t kBlockFrame = 12;    // type and length before the body, length after it
constexpr size_t kSectionStart = 12;  // type, length, byte order: what tells how to read the length

size_t padded(size_t size) { return (size + 3) & ~size_t{3}; }

}  // namespace

/// One record's or block's outcome: a packet, nothing to show (a header, a block passed over), too
/// few octets, or a break.
struct Reader::Part {
  enum class Kind : uint8_t { kPacket, kPassed, kMore, kBroken };
  Kind kind;
  size_t octets = 0;  // consumed, or wanted
  Trouble trouble = Trouble::kNone;

  static Part packet(size_t octets = 0) { return {Kind::kPacket, octets}; }
  static Part passed(size_t octets = 0) { return {Kind::kPassed, octets}; }
  static Part more(size_t wanted) { return {Kind::kMore, wanted}; }
  static Part broken(Trouble trouble) { return {Kind::kBroken, 0, trouble}; }
};

std::string_view to_text(Trouble trouble) {
  switch (trouble) {
    case Trouble::kNone: return "none";
    case Trouble::kUnknownFormat: return "neither pcap nor pcapng";
    case Trouble::kCompressed: return "compressed: decompress it into a pipe and read \"-\"";
    case Trouble::kUnknownVersion: return "a version of the format that is not known";
    case Trouble::kBadLength: return "a length that cannot be";
    case Trouble::kTooLarge: return "a record of more than 16 MiB";
    case Trouble::kLengthsDiffer: return "a block whose two lengths differ";
    case Trouble::kBadByteOrder: return "a section without byte-order magic";
    case Trouble::kTooManyInterfaces: return "more than 65536 interfaces in a section";
  }
  return "unknown";
}

uint16_t Reader::u16(const uint8_t* at) const {
  return big_endian_ ? load_u16(at) : __builtin_bswap16(load_u16(at));
}
uint32_t Reader::u32(const uint8_t* at) const {
  return big_endian_ ? load_u32(at) : __builtin_bswap32(load_u32(at));
}
uint64_t Reader::u64(const uint8_t* at) const {
  return big_endian_ ? load_u64(at) : __builtin_bswap64(load_u64(at));
}

Step Reader::next(Bytes window, Packet& packet) {
  Step step;
  for (;;) {
    const Bytes rest = window.subspan(step.consumed);
    const Part part = format_ == Format::kPcap     ? record(rest, packet)
                      : format_ == Format::kPcapng ? block(rest, packet)
                                                   : begin(rest);
    if (part.kind == Part::Kind::kMore) {
      step.wanted = part.octets;
      return step;
    }
    if (part.kind == Part::Kind::kBroken) {
      step.kind = Step::Kind::kBroken;
      step.trouble = part.trouble;
      return step;
    }
    step.consumed += part.octets;
    offset_ += part.octets;
    if (part.kind == Part::Kind::kPacket) {
      step.kind = Step::Kind::kPacket;
      return step;
    }
  }
}

Reader::Part Reader::begin(Bytes window) {
  if (window.size() < 4) return Part::more(4);
  const uint32_t big = load_u32(window.data());
  if (big == kBlockSection) {
    format_ = Format::kPcapng;
    return Part::passed();
  }
  const uint32_t little = __builtin_bswap32(big);
  big_endian_ = big == kMagicMicro || big == kMagicNano;
  const uint32_t magic = big_endian_ ? big : little;
  if (magic == kMagicMicro) return begin_pcap(window, 1'000'000);
  if (magic == kMagicNano) return begin_pcap(window, 1'000'000'000);
  const bool gzip = (big >> 16) == 0x1f8b, zstd = big == 0x28b52ffd, xz = big == 0xfd377a58;
  return Part::broken(gzip || zstd || xz ? Trouble::kCompressed : Trouble::kUnknownFormat);
}

Reader::Part Reader::begin_pcap(Bytes window, uint64_t units_a_second) {
  if (window.size() < kFileHeader) return Part::more(kFileHeader);
  if (u16(&window[4]) != 2) return Part::broken(Trouble::kUnknownVersion);
  // The upper bits of the link type tell of a frame check sequence, which IP's own lengths cut off.
  interfaces_ = {{u32(&window[20]) & 0xffff, u32(&window[16]), units_a_second, 0}};
  format_ = Format::kPcap;
  return Part::passed(kFileHeader);
}

Reader::Part Reader::record(Bytes window, Packet& packet) const {
  if (window.size() < kRecordHeader) return Part::more(kRecordHeader);
  const uint32_t captured = u32(&window[8]);
  if (captured > kMaxBlock) return Part::broken(Trouble::kTooLarge);
  const size_t size = kRecordHeader + captured;
  if (window.size() < size) return Part::more(size);
  const Interface& file = interfaces_.front();
  packet.octets = window.subspan(kRecordHeader, captured);
  packet.original_size = u32(&window[12]);
  packet.link_type = file.link_type;
  packet.time = packet_time(u32(window.data()), u32(&window[4]), file.units_a_second);
  return Part::packet(size);
}

Reader::Part Reader::block(Bytes window, Packet& packet) {
  if (window.size() < kBlockFrame) return Part::more(kBlockFrame);
  static_assert(kBlockFrame == kSectionStart);
  uint32_t type = u32(window.data());
  if (type == kBlockSection) {
    big_endian_ = load_u32(&window[8]) == kByteOrderMagic;
    if (u32(&window[8]) != kByteOrderMagic) return Part::broken(Trouble::kBadByteOrder);
  }
  const uint32_t size = u32(&window[4]);
  if (size > kMaxBlock) return Part::broken(Trouble::kTooLarge);
  if (size < kBlockFrame || size % 4 != 0) return Part::broken(Trouble::kBadLength);
  if (window.size() < size) return Part::more(size);
  if (u32(&window[size - 4]) != size) return Part::broken(Trouble::kLengthsDiffer);

  const Bytes body = window.subspan(8, size - kBlockFrame);
  Part part = Part::passed();
  switch (type) {
    case kBlockSection: part = section(body); break;
    case kBlockInterface: part = interface_description(body); break;
    case kBlockEnhancedPacket: part = enhanced_packet(body, packet); break;
    case kBlockSimplePacket: part = simple_packet(body, packet); break;
    case kBlockObsoletePacket: part = obsolete_packet(body, packet); break;
    default: ++other_blocks_;
  }
  part.octets = size;
  return part;
}

Reader::Part Reader::section(Bytes body) {
  if (body.size() < 16) return Part::broken(Trouble::kBadLength);
  if (u16(&body[4]) != 1) return Part::broken(Trouble::kUnknownVersion);
  interfaces_.clear();
  return Part::passed();
}

Reader::Part Reader::interface_description(Bytes body) {
  if (body.size() < 8) return Part::broken(Trouble::kBadLength);
  if (interfaces_.size() >= kMaxInterfaces) return Part::broken(Trouble::kTooManyInterfaces);
  Interface interface{u16(body.data()), u32(&body[4])};
  interface_options(body.subspan(8), interface);
  interfaces_.push_back(interface);
  return Part::passed();
}

void Reader::interface_options(Bytes options, Interface& interface) const {
  while (options.size() >= 4) {
    const uint16_t code = u16(options.data());
    const size_t length = u16(&options[2]);
    if (code == kOptionEnd || options.size() - 4 < length) return;
    const Bytes value = options.subspan(4, length);
    if (code == kOptionTimeResolution && length == 1)
      interface.units_a_second = units_from_resolution(value[0]);
    if (code == kOptionTimeOffset && length == 8)
      interface.offset_seconds = static_cast<int64_t>(u64(value.data()));
    options = options.subspan(std::min(options.size(), 4 + padded(length)));
  }
}

Reader::Part Reader::enhanced_packet(Bytes body, Packet& packet) {
  if (body.size() < 20) return Part::broken(Trouble::kBadLength);
  const uint64_t units = uint64_t{u32(&body[4])} << 32 | u32(&body[8]);
  packet.original_size = u32(&body[16]);
  return deliver(body.subspan(20), u32(&body[12]), u32(body.data()), units, packet);
}

Reader::Part Reader::obsolete_packet(Bytes body, Packet& packet) {
  if (body.size() < 20) return Part::broken(Trouble::kBadLength);
  const uint64_t units = uint64_t{u32(&body[4])} << 32 | u32(&body[8]);
  packet.original_size = u32(&body[16]);
  return deliver(body.subspan(20), u32(&body[12]), u16(body.data()), units, packet);
}

/// A simple packet block says the original size only: what was captured is the least of that, the
/// interface's snap length and what the block holds.
Reader::Part Reader::simple_packet(Bytes body, Packet& packet) {
  if (body.size() < 4) return Part::broken(Trouble::kBadLength);
  packet.original_size = u32(body.data());
  uint32_t captured = std::min(packet.original_size, static_cast<uint32_t>(body.size() - 4));
  if (!interfaces_.empty() && interfaces_.front().snap_length != 0)
    captured = std::min(captured, interfaces_.front().snap_length);
  const Part part = deliver(body.subspan(4), captured, 0, 0, packet);
  packet.time.reset();
  return part;
}

Reader::Part Reader::deliver(Bytes data, uint32_t captured, uint32_t interface, uint64_t units,
                             Packet& packet) {
  if (interface >= interfaces_.size() || captured > data.size()) {
    ++orphans_;
    return Part::passed();
  }
  const Interface& from = interfaces_[interface];
  packet.octets = data.first(captured);
  packet.link_type = from.link_type;
  packet.time = packet_time(from.offset_seconds, units, from.units_a_second);
  return Part::packet();
}

}  // namespace weir::pcap
