// Arbitrary frames through the walk from link layer to message: nothing is read beyond a frame,
// every packet is accounted for, and what is held stays within its bounds.
#include <numeric>

#include "base/check.h"
#include "base/hash.h"
#include "proto/packet/extractor.h"

namespace {

using weir::Bytes;
using weir::packet::Extractor;

constexpr uint32_t kLinkTypes[] = {1, 101, 113, 276, 0, 108, 228, 229};

Extractor::Settings small_bounds() {
  Extractor::Settings settings;
  settings.fragments.packets = 8;
  settings.fragments.octets = 100'000;
  settings.fragments.fragments = 16;
  settings.streams.streams = 8;
  settings.streams.octets = 100'000;
  settings.streams.ahead_octets = 2000;
  settings.streams.ahead_segments = 8;
  return settings;
}

uint64_t look_at(std::span<const weir::packet::Message> messages) {
  uint64_t sum = 0;
  for (const auto& message : messages) sum += weir::hash64(message.octets);  // touches every octet
  return sum;
}

}  // namespace

/// Octets: a link type, then frames of {how much time passes, size, octets}.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const uint32_t link_type = kLinkTypes[data[0] % std::size(kLinkTypes)];
  Bytes rest(data + 1, size - 1);
  Extractor extractor(small_bounds());
  weir::WallTime now = weir::wall_time(0);
  uint64_t sum = 0;
  while (rest.size() >= 2) {
    now += std::chrono::milliseconds(rest[0] * 50);
    const size_t count = std::min<size_t>(rest[1], rest.size() - 2);
    const weir::Octets frame(rest.begin() + 2, rest.begin() + 2 + static_cast<long>(count));
    const uint32_t original = static_cast<uint32_t>(count) + (rest[0] == 255 ? 1 : 0);
    sum += look_at(extractor.add(link_type, frame, original, now));
    rest = rest.subspan(2 + count);
  }
  sum += look_at(extractor.finish());
  const Extractor::Counts& counts = extractor.counts();
  const uint64_t refused =
      std::accumulate(counts.refused.begin(), counts.refused.end(), uint64_t{0});
  CHECK(counts.packets ==
        counts.udp_messages + counts.tcp_segments + counts.fragments_held + refused);
  return sum == 42 ? 1 : 0;
}
