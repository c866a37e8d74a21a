// Arithmetic on prefixes.
#include "route/policy.h"

#include <array>

namespace weir::route {

Prefix masked(const Prefix& prefix) {
  std::array<uint8_t, 16> octets{};
  const Bytes given = prefix.address.octets();
  for (size_t i = 0; i < given.size() && i * 8 < prefix.length; ++i) {
    const size_t left = prefix.length - i * 8;
    octets[i] = left >= 8 ? given[i] : static_cast<uint8_t>(given[i] & 0xff << (8 - left));
  }
  return {*IpAddress::from_octets({octets.data(), given.size()}), prefix.length};
}

}  // namespace weir::route
