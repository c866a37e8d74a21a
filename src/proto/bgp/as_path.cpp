// Walks over AS paths.
#include "proto/bgp/as_path.h"

#include "base/wire.h"

namespace weir::bgp {

namespace {

bool is_known(SegmentType type, bool confederations) {
  switch (type) {
    case SegmentType::kSet:
    case SegmentType::kSequence: return true;
    case SegmentType::kConfederationSequence:
    case SegmentType::kConfederationSet: return confederations;
  }
  return false;
}

}  // namespace

uint32_t AsPath::Segment::at(size_t index) const {
  const uint8_t* number = &numbers[index * width];
  return width == 4 ? load_u32(number) : load_u16(number);
}

std::optional<AsPath> AsPath::parse(Bytes octets, uint8_t width, bool confederations) {
  for (WireReader reader(octets); !reader.at_end();) {
    const auto type = static_cast<SegmentType>(reader.u8());
    const size_t count = reader.u8();
    const Segment segment{type, reader.bytes(count * width), width};
    if (!reader.ok() || count == 0 || !is_known(type, confederations)) return std::nullopt;
    for (size_t i = 0; i < count; ++i)
      if (segment.at(i) == 0) return std::nullopt;
  }
  return AsPath(octets, width);
}

std::optional<AsPath::Segment> AsPath::next(Bytes& octets, uint8_t width) {
  if (octets.empty()) return std::nullopt;
  const size_t size = size_t{octets[1]} * width;
  const Segment segment{static_cast<SegmentType>(octets[0]), octets.subspan(2, size), width};
  octets = octets.subspan(2 + size);
  return segment;
}

std::optional<uint32_t> AsPath::first() const {
  Bytes left = octets_;
  const auto segment = next(left, width_);
  if (!segment || segment->type != SegmentType::kSequence) return std::nullopt;
  return segment->at(0);
}

std::optional<uint32_t> AsPath::origin() const {
  std::optional<uint32_t> last;
  Bytes left = octets_;
  while (const auto segment = next(left, width_)) {
    last.reset();
    if (segment->type == SegmentType::kSequence) last = segment->at(segment->size() - 1);
  }
  return last;
}

size_t AsPath::hops() const {
  size_t count = 0;
  Bytes left = octets_;
  while (const auto segment = next(left, width_)) {
    if (segment->type == SegmentType::kSequence) count += segment->size();
    if (segment->type == SegmentType::kSet) ++count;
  }
  return count;
}

bool AsPath::contains(uint32_t as) const {
  Bytes left = octets_;
  while (const auto segment = next(left, width_))
    for (size_t i = 0; i < segment->size(); ++i)
      if (segment->at(i) == as) return true;
  return false;
}

}  // namespace weir::bgp
