// Arbitrary octets as a capture file: the reader never reads beyond its window, never passes more
// than it was given, and finds the same packets however the octets are shown.
#include <algorithm>
#include <vector>

#include "base/check.h"
#include "base/hash.h"
#include "proto/pcap/reader.h"

namespace {

using weir::Bytes;
using weir::pcap::Packet;
using weir::pcap::Reader;
using weir::pcap::Step;

/// A hash of every packet, in order, and of how the file ended.
uint64_t walk(Bytes file, size_t grain) {
  Reader reader;
  uint64_t sum = 0;
  size_t at = 0, shown = grain == 0 ? file.size() : 0;
  for (;;) {
    Packet packet;
    const Bytes window = file.subspan(at, shown - at);
    const Step step = reader.next(window, packet);
    CHECK(step.consumed <= window.size());
    at += step.consumed;
    CHECK(reader.offset() == at);
    if (step.kind == Step::Kind::kPacket) {
      sum = weir::hash64(packet.octets, sum + packet.link_type + packet.original_size);
      if (packet.time) sum += static_cast<uint64_t>(weir::to_nanoseconds(*packet.time));
      continue;
    }
    if (step.kind == Step::Kind::kMore) {
      CHECK(step.wanted > window.size() - step.consumed);
      if (shown < file.size()) {
        shown = std::min(file.size(), shown + grain);
        continue;
      }
    }
    return sum * 31 + at * 7 + static_cast<uint64_t>(step.trouble) + reader.orphans() +
           reader.other_blocks();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const Bytes file(data + 1, size - 1);
  CHECK(walk(file, 0) == walk(file, 1 + data[0] % 64));
  return 0;
}
