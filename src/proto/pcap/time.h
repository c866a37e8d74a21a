// Times of packets: units of any resolution since an offset, made nanoseconds since 1970 and kept
// in a range within which differences cannot overflow.
#pragma once

#include <cstdint>

#include "base/clock.h"

namespace weir::pcap {

/// No packet is later (the year 2116), whatever its file says; none is earlier than 1970.
inline constexpr int64_t kLatestTime = int64_t{1} << 62;

/// Units a second from pcapng's if_tsresol: a power of ten, or of two when the top bit is set. What
/// 64 bits cannot hold gives microseconds, the default.
constexpr uint64_t units_from_resolution(uint8_t resolution) {
  const unsigned exponent = resolution & 0x7f;
  if ((resolution & 0x80) != 0) return exponent < 64 ? uint64_t{1} << exponent : 1'000'000;
  if (exponent > 19) return 1'000'000;
  uint64_t units = 1;
  for (unsigned i = 0; i < exponent; ++i) units *= 10;
  return units;
}

/// `seconds` plus `units` of 1/`units_a_second`.
inline WallTime packet_time(int64_t seconds, uint64_t units, uint64_t units_a_second) {
  using Wide = __int128;
  constexpr uint64_t kNano = 1'000'000'000;
  Wide nanoseconds = Wide{seconds} * kNano;
  if (units_a_second == 1'000'000)
    nanoseconds += Wide{units} * 1000;
  else if (units_a_second == kNano)
    nanoseconds += Wide{units};
  else
    nanoseconds += Wide{units / units_a_second} * kNano +
                   static_cast<Wide>(static_cast<unsigned __int128>(units % units_a_second) *
                                     kNano / units_a_second);
  if (nanoseconds < 0) return wall_time(0);
  if (nanoseconds > kLatestTime) return wall_time(kLatestTime);
  return wall_time(static_cast<int64_t>(nanoseconds));
}

}  // namespace weir::pcap
