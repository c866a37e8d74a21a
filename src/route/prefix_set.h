// An immutable set of addresses given as prefixes: one binary search tells whether it holds an
// address or touches a network.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/endpoint.h"

namespace weir::route {

class PrefixSet {
 public:
  PrefixSet() = default;
  explicit PrefixSet(std::span<const Prefix> prefixes);

  bool contains(const IpAddress& address) const { return covers({address, kWhole}); }
  /// Every address of `prefix` is in the set.
  bool covers(const Prefix& prefix) const;
  /// At least one is.
  bool touches(const Prefix& prefix) const;
  bool empty() const { return ranges_[0].empty() && ranges_[1].empty(); }

 private:
  static constexpr uint8_t kWhole = 128;  // longer than any: cut to the family's length
  using Number = unsigned __int128;
  struct Range {
    Number first;
    Number last;
  };
  static Range range_of(const Prefix& prefix);
  const Range* last_from(const Prefix& prefix, Number at) const;

  std::vector<Range> ranges_[2];  // by family, IPv4 first; disjoint and ascending
};

}  // namespace weir::route
