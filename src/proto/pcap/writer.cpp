// The two structures of a pcap file.
#include "proto/pcap/writer.h"

namespace weir::pcap {
namespace {

constexpr uint32_t kSnapLength = 262144;

void append_u32(Octets& out, uint32_t value) {
  uint8_t octets[4];
  store_u32(octets, value);
  out.insert(out.end(), octets, octets + 4);
}

}  // namespace

void append_file_header(Octets& out, uint32_t link_type) {
  append_u32(out, 0xa1b23c4d);
  append_u32(out, 2 << 16 | 4);  // version 2.4
  append_u32(out, 0);
  append_u32(out, 0);
  append_u32(out, kSnapLength);
  append_u32(out, link_type);
}

void append_record(Octets& out, WallTime time, Bytes packet, uint32_t original_size) {
  const int64_t nanoseconds = to_nanoseconds(time);
  append_u32(out, static_cast<uint32_t>(nanoseconds / 1'000'000'000));
  append_u32(out, static_cast<uint32_t>(nanoseconds % 1'000'000'000));
  append_u32(out, static_cast<uint32_t>(packet.size()));
  append_u32(out, original_size);
  out.insert(out.end(), packet.begin(), packet.end());
}

}  // namespace weir::pcap
