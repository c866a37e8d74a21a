// Numbers of variable size, and messages whose size is known afterwards.
#include "proto/dnstap/protobuf.h"

#include <algorithm>

namespace weir::dnstap {

std::string_view to_text(DecodeFault fault) {
  switch (fault) {
    case DecodeFault::kNone: return "none";
    case DecodeFault::kTruncated: return "truncated";
    case DecodeFault::kVarint: return "varint";
    case DecodeFault::kTag: return "tag";
    case DecodeFault::kWireType: return "wire_type";
    case DecodeFault::kAddressSize: return "address_size";
    case DecodeFault::kPort: return "port";
    case DecodeFault::kNoType: return "no_type";
    case DecodeFault::kNoMessage: return "no_message";
  }
  return "unknown";
}

namespace protobuf {

const uint8_t* read_varint(Bytes octets, uint64_t& value) {
  unsigned shift = 0;
  for (const uint8_t& octet : octets.first(std::min<size_t>(octets.size(), kMostVarint))) {
    value |= uint64_t{octet & 0x7fU} << shift;
    if (octet < 0x80) return &octet + 1;
    shift += 7;
  }
  return nullptr;
}

// A message's size stands before it and is known after it. Two octets are left free for it, enough
// below 16 KiB, as nearly all are; otherwise the message moves.
constexpr size_t kUsualSize = 2;

uint8_t* FieldWriter::begin_message(uint32_t field) {
  varint(tag(field, Wire::kBytes));
  return at_ += kUsualSize;
}

void FieldWriter::end_message(uint8_t* begin) {
  const auto size = static_cast<size_t>(at_ - begin);
  uint8_t octets[kMostVarint];
  FieldWriter number(octets);
  number.varint(size);
  const auto size_size = static_cast<size_t>(number.at_ - octets);
  uint8_t* const at = begin - kUsualSize;
  if (size_size != kUsualSize) std::memmove(at + size_size, begin, size);
  std::memcpy(at, octets, size_size);
  at_ = at + size_size + size;
}

}  // namespace protobuf
}  // namespace weir::dnstap
