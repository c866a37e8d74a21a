// From captured frames to DNS messages: link, IP, fragments, ports, UDP or TCP streams. One object
// walks one capture in order; files and live capture share it. No I/O; packet time is passed in.
#pragma once

#include <array>
#include <bitset>
#include <cstdint>
#include <span>
#include <vector>

#include "base/bytes.h"
#include "base/clock.h"
#include "proto/packet/decode.h"
#include "proto/packet/fragments.h"
#include "proto/packet/message.h"
#include "proto/packet/tcp_streams.h"

namespace weir::packet {

class Extractor {
 public:
  struct Settings {
    std::vector<uint16_t> ports{53, 5353};  // of the answering side; either side of a packet counts
    Fragments::Limits fragments;
    TcpStreams::Limits streams;
  };
  /// packets = udp_messages + tcp_segments + fragments held + the sum of `refused`.
  struct Counts {
    uint64_t packets = 0;
    uint64_t octets = 0;
    uint64_t udp_messages = 0;
    uint64_t tcp_segments = 0;
    uint64_t tcp_messages = 0;
    uint64_t fragments_held = 0;
    std::array<uint64_t, kRefusals> refused{};
  };

  explicit Extractor(const Settings& settings);

  /// The DNS messages that `frame` completes: valid until the next call and as long as the frame.
  /// `original_size` is what the frame measured on the wire.
  std::span<const Message> add(uint32_t link_type, Bytes frame, uint32_t original_size,
                               WallTime now);
  /// At the end of the capture: what TCP streams still hold.
  std::span<const Message> finish();

  bool is_dns_port(uint16_t port) const { return ports_[port]; }
  const Counts& counts() const { return counts_; }
  const Fragments::Counts& fragment_counts() const { return fragments_.counts(); }
  const TcpStreams::Counts& stream_counts() const { return streams_.counts(); }

 private:
  Refusal walk(uint32_t link_type, Bytes frame, bool cut, WallTime now);
  Refusal transport(const IpPacket& packet, bool defragmented, WallTime now);

  std::bitset<65536> ports_;
  Fragments fragments_;
  TcpStreams streams_;
  Counts counts_;
  Message datagram_;
  std::span<const Message> found_;
  std::vector<Message> marked_;  // TCP messages of a segment that came in fragments
};

}  // namespace weir::packet
