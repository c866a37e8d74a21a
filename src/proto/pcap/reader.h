// Capture files, pcap and pcapng, as a state machine over octets: whoever has the octets (a file, a
// pipe, a test) shows it a window onto them and is given one packet after the other. Written after
// draft-ietf-opsawg-pcap and draft-ietf-opsawg-pcapng.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/clock.h"

namespace weir::pcap {

/// The largest record or block that is believed. A larger one is a broken file, not a large packet.
inline constexpr size_t kMaxBlock = 16 << 20;
/// Interfaces that one section may describe.
inline constexpr size_t kMaxInterfaces = 65536;

struct Packet {
  Bytes octets;                  // as captured: a view of the window
  uint32_t original_size = 0;    // in octets, on the wire; more than was captured when snapped
  uint32_t link_type = 0;        // LINKTYPE_ number
  std::optional<WallTime> time;  // absent in pcapng's simple packet blocks
};

/// Why a file cannot be read on. What came before stands.
enum class Trouble : uint8_t {
  kNone,
  kUnknownFormat,
  kCompressed,
  kUnknownVersion,
  kBadLength,
  kTooLarge,
  kLengthsDiffer,
  kBadByteOrder,
  kTooManyInterfaces,
};
std::string_view to_text(Trouble trouble);

/// What `Reader::next` found.
struct Step {
  enum class Kind : uint8_t { kPacket, kMore, kBroken };
  Kind kind = Kind::kMore;
  size_t consumed = 0;               // octets at the front of the window that are done with
  size_t wanted = 0;                 // kMore: the least size of the next window that allows a step
  Trouble trouble = Trouble::kNone;  // kBroken
};

class Reader {
 public:
  /// Finds the next packet in `window`, which begins where the last step ended (after `consumed`).
  /// At the end of input, kMore with octets left in the window means that the file was cut.
  Step next(Bytes window, Packet& packet);

  /// Octets consumed since the beginning.
  uint64_t offset() const { return offset_; }
  /// True once the file's own header has been read.
  bool started() const { return format_ != Format::kUnknown; }
  /// pcapng blocks of types that carry no packets, or none that are known.
  uint64_t other_blocks() const { return other_blocks_; }
  /// Packets that were passed over: their block is inconsistent, or names an interface that the
  /// section does not describe.
  uint64_t orphans() const { return orphans_; }

 private:
  enum class Format : uint8_t { kUnknown, kPcap, kPcapng };
  /// How an interface (or a whole pcap file) describes its packets.
  struct Interface {
    uint32_t link_type = 0;
    uint32_t snap_length = 0;  // 0: no limit
    uint64_t units_a_second = 1'000'000;
    int64_t offset_seconds = 0;
  };
  struct Part;

  Part begin(Bytes window);
  Part begin_pcap(Bytes window, uint64_t units_a_second);
  Part record(Bytes window, Packet& packet) const;
  Part block(Bytes window, Packet& packet);
  Part section(Bytes body);
  Part interface_description(Bytes body);
  Part enhanced_packet(Bytes body, Packet& packet);
  Part obsolete_packet(Bytes body, Packet& packet);
  Part simple_packet(Bytes body, Packet& packet);
  Part deliver(Bytes data, uint32_t captured, uint32_t interface, uint64_t units, Packet& packet);
  void interface_options(Bytes options, Interface& interface) const;

  uint16_t u16(const uint8_t* at) const;
  uint32_t u32(const uint8_t* at) const;
  uint64_t u64(const uint8_t* at) const;

  Format format_ = Format::kUnknown;
  bool big_endian_ = false;
  std::vector<Interface> interfaces_;  // pcap: one
  uint64_t offset_ = 0;
  uint64_t other_blocks_ = 0;
  uint64_t orphans_ = 0;
};

}  // namespace weir::pcap
