// Prefixes as ranges of numbers: sorted, and those that touch put together.
#include "route/prefix_set.h"

#include <algorithm>

namespace weir::route {

PrefixSet::PrefixSet(std::span<const Prefix> prefixes) {
  for (const Prefix& prefix : prefixes) ranges_[prefix.address.is_v6()].push_back(range_of(prefix));
  for (std::vector<Range>& ranges : ranges_) {
    std::ranges::sort(ranges, {}, &Range::first);
    std::vector<Range> joined;
    for (const Range& range : ranges) {
      if (joined.empty() || range.first > joined.back().last)
        joined.push_back(range);
      else
        joined.back().last = std::max(joined.back().last, range.last);
    }
    ranges = std::move(joined);
  }
}

PrefixSet::Range PrefixSet::range_of(const Prefix& prefix) {
  Number number = 0;
  const Bytes octets = prefix.address.octets();
  for (const uint8_t octet : octets) number = number << 8 | octet;
  const size_t bits = octets.size() * 8;
  const size_t host_bits = bits - std::min<size_t>(prefix.length, bits);
  const Number hosts = host_bits == 128 ? ~Number{0} : (Number{1} << host_bits) - 1;
  return {number & ~hosts, number | hosts};
}

/// The last range that begins at or before `at`; null when there is none.
const PrefixSet::Range* PrefixSet::last_from(const Prefix& prefix, Number at) const {
  const std::vector<Range>& ranges = ranges_[prefix.address.is_v6()];
  const auto after = std::ranges::upper_bound(ranges, at, {}, &Range::first);
  return after == ranges.begin() ? nullptr : &*std::prev(after);
}

bool PrefixSet::covers(const Prefix& prefix) const {
  const Range wanted = range_of(prefix);
  const Range* range = last_from(prefix, wanted.first);
  return range != nullptr && range->last >= wanted.last;
}

bool PrefixSet::touches(const Prefix& prefix) const {
  const Range wanted = range_of(prefix);
  const Range* range = last_from(prefix, wanted.last);
  return range != nullptr && range->last >= wanted.first;
}

}  // namespace weir::route
