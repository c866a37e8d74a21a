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
namespace {

/// What is left free for the size of a message: enough below 16 KiB, as nearly all are.
constexpr size_t kUsualSize = 2;

size_t write_varint(uint8_t* at, uint64_t value) {
  size_t size = 0;
  for (; value >= 0x80; value >>= 7) at[size++] = static_cast<uint8_t>(value | 0x80);
  at[size++] = static_cast<uint8_t>(value);
  return size;
}

}  // namespace

const uint8_t* read_varint(Bytes octets, uint64_t& value) {
  unsigned shift = 0;
  for (const uint8_t& octet : octets.first(std::min<size_t>(octets.size(), kMostVarint))) {
    value |= uint64_t{octet & 0x7fU} << shift;
    if (octet < 0x80) return &octet + 1;
    shift += 7;
  }
  return nullptr;
}

void append_varint(Octets& out, uint64_t value) {
  if (value < 0x80) return out.push_back(static_cast<uint8_t>(value));
  uint8_t octets[kMostVarint];
  const size_t size = write_varint(octets, value);
  out.insert(out.end(), octets, octets + size);
}

void append_bytes(Octets& out, uint32_t field, Bytes value) {
  append_varint(out, tag(field, Wire::kBytes));
  append_varint(out, value.size());
  out.insert(out.end(), value.begin(), value.end());
}

void append_fixed32(Octets& out, uint32_t field, uint32_t value) {
  append_varint(out, tag(field, Wire::kFixed32));
  uint8_t octets[4];
  store_u32(octets, __builtin_bswap32(value));
  out.insert(out.end(), octets, octets + sizeof octets);
}

size_t begin_message(Octets& out, uint32_t field) {
  append_varint(out, tag(field, Wire::kBytes));
  out.resize(out.size() + kUsualSize);
  return out.size();
}

void end_message(Octets& out, size_t begin) {
  uint8_t octets[kMostVarint];
  const size_t size = write_varint(octets, out.size() - begin);
  const auto gap = out.begin() + static_cast<ptrdiff_t>(begin - kUsualSize);
  if (size < kUsualSize) out.erase(gap);
  if (size > kUsualSize) out.insert(gap, size - kUsualSize, 0);
  std::memcpy(&out[begin - kUsualSize], octets, size);
}

}  // namespace protobuf
}  // namespace weir::dnstap
