// AS_PATH: the systems a route came through, in segments of two- or four-octet numbers (RFC 4271
// §4.3, RFC 5065, RFC 6793).
#pragma once

#include <cstdint>
#include <optional>

#include "base/bytes.h"

namespace weir::bgp {

enum class SegmentType : uint8_t {
  kSet = 1,
  kSequence = 2,
  kConfederationSequence = 3,
  kConfederationSet = 4,
};

/// A checked path, where it lies.
class AsPath {
 public:
  struct Segment {
    SegmentType type{};
    Bytes numbers;
    uint8_t width = 4;  // octets a number
    size_t size() const { return numbers.size() / width; }
    uint32_t at(size_t index) const;
  };

  AsPath() = default;
  /// Nothing when a segment overruns or is cut, is empty, has an unknown type, holds AS 0 (RFC
  /// 7607), or is of a confederation that has no business here.
  static std::optional<AsPath> parse(Bytes octets, uint8_t width, bool confederations);

  bool empty() const { return octets_.empty(); }
  Bytes octets() const { return octets_; }
  uint8_t width() const { return width_; }
  /// The neighbour's own number; nothing unless the path begins with a sequence.
  std::optional<uint32_t> first() const;
  /// Where the route came from; nothing for a path that ends in a set, or is empty.
  std::optional<uint32_t> origin() const;
  /// Length as route selection counts it: a set is one, confederations are none (RFC 4271
  /// §9.1.2.2).
  size_t hops() const;
  bool contains(uint32_t as) const;

  /// Takes the next segment off the front of `octets`, which have been checked.
  static std::optional<Segment> next(Bytes& octets, uint8_t width);

 private:
  AsPath(Bytes octets, uint8_t width) : octets_(octets), width_(width) {}
  Bytes octets_;
  uint8_t width_ = 4;
};

/// Calls `visit(number)` along the true path of a route from a speaker of two-octet numbers: what
/// `path` has in front of `as4`, then `as4` (RFC 6793 §4.2.3). `as4` counts only if it is no longer
/// than `path`.
template <typename Visit>
void for_each_as(const AsPath& path, const AsPath& as4, Visit visit) {
  const bool both = !as4.empty() && as4.hops() <= path.hops();
  size_t own = both ? path.hops() - as4.hops() : SIZE_MAX;
  Bytes left = path.octets();
  while (const auto segment = own == 0 ? std::nullopt : AsPath::next(left, path.width())) {
    const bool counted = segment->type == SegmentType::kSequence;
    for (size_t i = 0; i < segment->size() && own != 0; ++i) {
      visit(segment->at(i));
      if (counted && own != SIZE_MAX) --own;
    }
    if (segment->type == SegmentType::kSet && own != SIZE_MAX) --own;
  }
  if (!both) return;
  left = as4.octets();
  while (const auto segment = AsPath::next(left, as4.width()))
    for (size_t i = 0; i < segment->size(); ++i) visit(segment->at(i));
}

}  // namespace weir::bgp
