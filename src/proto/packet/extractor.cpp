// The walk of a captured frame.
#include "proto/packet/extractor.h"

namespace weir::packet {

Extractor::Extractor(const Settings& settings)
    : fragments_(settings.fragments), streams_(settings.streams) {
  for (const uint16_t port : settings.ports) ports_.set(port);
}

std::span<const Message> Extractor::add(uint32_t link_type, Bytes frame, uint32_t original_size,
                                        WallTime now) {
  ++counts_.packets;
  counts_.octets += frame.size();
  found_ = {};
  const Refusal refusal = walk(link_type, frame, frame.size() < original_size, now);
  if (refusal != Refusal::kNone) ++counts_.refused[static_cast<size_t>(refusal)];
  return found_;
}

std::span<const Message> Extractor::finish() {
  const std::span<const Message> last = streams_.finish();
  counts_.tcp_messages += last.size();
  return last;
}

Refusal Extractor::walk(uint32_t link_type, Bytes frame, bool cut, WallTime now) {
  Bytes ip;
  Refusal refusal = strip_link(link_type, frame, ip);
  if (refusal != Refusal::kNone) return refusal;
  IpPacket packet;
  refusal = decode_ip(ip, cut, packet);
  if (refusal != Refusal::kNone) return refusal;
  if (!packet.fragment) return transport(packet, false, now);

  switch (fragments_.add(packet, now, refusal)) {
    case Fragments::Outcome::kRefused: return refusal;
    case Fragments::Outcome::kHeld: ++counts_.fragments_held; return Refusal::kNone;
    case Fragments::Outcome::kWhole: break;
  }
  refusal = skip_extensions(packet);
  if (refusal != Refusal::kNone) return refusal;
  // A fragment of a fragment: nobody sends that in earnest.
  return packet.fragment ? Refusal::kBadFragment : transport(packet, true, now);
}

Refusal Extractor::transport(const IpPacket& packet, bool defragmented, WallTime now) {
  Segment segment;
  const Refusal refusal = decode_transport(packet, segment);
  if (refusal == Refusal::kBadTransport) return refusal;
  if (!is_dns_port(segment.from.port) && !is_dns_port(segment.to.port)) return Refusal::kOtherPort;
  if (refusal != Refusal::kNone) return refusal;
  if (segment.protocol == kProtocolUdp) {
    ++counts_.udp_messages;
    datagram_ = {segment.from, segment.to, kProtocolUdp, defragmented, false, now, segment.payload};
    found_ = {&datagram_, 1};
    return Refusal::kNone;
  }
  ++counts_.tcp_segments;
  found_ = streams_.add(segment, now);
  counts_.tcp_messages += found_.size();
  if (defragmented && !found_.empty()) {
    marked_.assign(found_.begin(), found_.end());
    for (Message& message : marked_) message.defragmented = message.from == segment.from;
    found_ = marked_;
  }
  return Refusal::kNone;
}

}  // namespace weir::packet
