// Runs of prefixes as UPDATEs carry them: a length in bits, and as many octets as it needs (RFC
// 4271 §4.3, RFC 4760 §5).
#pragma once

#include <cstddef>
#include <iterator>

#include "base/endpoint.h"
#include "proto/bgp/types.h"

namespace weir::bgp {

inline constexpr size_t kMaxPrefixOctets = 17;

/// Octets that `prefix` takes on the wire.
inline size_t wire_size(const Prefix& prefix) { return 1u + (prefix.length + 7u) / 8u; }
/// Writes `prefix` with zeros behind its length; the result is the place after it. There is room
/// for wire_size(prefix) octets.
uint8_t* write_prefix(uint8_t* at, const Prefix& prefix);

/// A checked run of prefixes of one family, where it lies.
class PrefixRun {
 public:
  class Iterator {
   public:
    using value_type = Prefix;
    using difference_type = std::ptrdiff_t;
    Iterator() = default;
    Iterator(Bytes left, Family family) : left_(left), family_(family) {}
    Prefix operator*() const;
    Iterator& operator++();
    void operator++(int) { ++*this; }
    bool operator==(std::default_sentinel_t) const { return left_.empty(); }

   private:
    Bytes left_;
    Family family_{};
  };

  PrefixRun() = default;
  /// `octets` as such a run; nothing when a length is more than the family allows, or the last
  /// prefix is cut (RFC 7606 §5.3).
  static std::optional<PrefixRun> parse(Bytes octets, Family family);

  Iterator begin() const { return {octets_, family_}; }
  std::default_sentinel_t end() const { return {}; }
  bool empty() const { return octets_.empty(); }
  Family family() const { return family_; }
  Bytes octets() const { return octets_; }

 private:
  PrefixRun(Bytes octets, Family family) : octets_(octets), family_(family) {}
  Bytes octets_;
  Family family_ = Family::kIpv4Unicast;
};

}  // namespace weir::bgp
