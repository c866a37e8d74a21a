// Whom to ask next: the first upstream in the operator's order that is up and that this query has
// not tried; when none is left, those that are down, for a check may be wrong and silence is worse.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>

#include "edge/upstream.h"

namespace weir::edge {

inline constexpr size_t kMaxUpstreams = 64;

/// Which upstreams a query has asked.
class Tried {
 public:
  void add(size_t index) { bits_ |= uint64_t{1} << index; }
  bool has(size_t index) const { return (bits_ >> index & 1) != 0; }
  bool none() const { return bits_ == 0; }

 private:
  uint64_t bits_ = 0;
};

/// At most kMaxUpstreams states count. Nothing when every one was tried.
std::optional<size_t> next_upstream(std::span<const std::unique_ptr<UpstreamState>> states,
                                    const Tried& tried);

}  // namespace weir::edge
