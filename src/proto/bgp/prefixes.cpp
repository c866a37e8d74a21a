// Prefixes to and from octets.
#include "proto/bgp/prefixes.h"

#include <cstring>

namespace weir::bgp {

namespace {

size_t octets_of(uint8_t bits) { return (bits + 7u) / 8u; }

/// The bits of the last octet of a prefix that count.
uint8_t last_mask(uint8_t bits) {
  return bits % 8 == 0 ? 0xff : static_cast<uint8_t>(0xff00 >> bits % 8);
}

}  // namespace

uint8_t* write_prefix(uint8_t* at, const Prefix& prefix) {
  const uint8_t* address = prefix.address.octets().data();
  *at++ = prefix.length;
  if (prefix.length == 32) {  // nearly all of them, and all octets count
    std::memcpy(at, address, 4);
    return at + 4;
  }
  const size_t count = octets_of(prefix.length);
  if (count == 0) return at;
  std::memcpy(at, address, count);
  at[count - 1] &= last_mask(prefix.length);
  return at + count;
}

std::optional<PrefixRun> PrefixRun::parse(Bytes octets, Family family) {
  const uint8_t most = max_prefix_length(family);
  for (size_t at = 0; at < octets.size();) {
    const uint8_t bits = octets[at];
    const size_t count = octets_of(bits);
    if (bits > most || count > octets.size() - at - 1) return std::nullopt;
    at += 1 + count;
  }
  return PrefixRun(octets, family);
}

Prefix PrefixRun::Iterator::operator*() const {
  const uint8_t bits = left_[0];
  const size_t count = octets_of(bits);
  uint8_t octets[16] = {};
  if (count != 0) {
    std::memcpy(octets, &left_[1], count);
    octets[count - 1] &= last_mask(bits);
  }
  const bool v4 = family_ == Family::kIpv4Unicast;
  return {v4 ? IpAddress::v4(octets) : IpAddress::v6(octets), bits};
}

PrefixRun::Iterator& PrefixRun::Iterator::operator++() {
  left_ = left_.subspan(1 + octets_of(left_[0]));
  return *this;
}

}  // namespace weir::bgp
