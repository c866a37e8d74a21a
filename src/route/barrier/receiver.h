// One who is told of routes, as answers wait for it: a neighbour, a table of the kernel.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/clock.h"
#include "route/policy.h"

namespace weir::route {

class Receiver {
 public:
  virtual ~Receiver() = default;
  virtual std::string_view name() const = 0;
  /// Whose routes it is told.
  virtual GroupMask groups() const = 0;
  /// One that is down is not waited for.
  virtual bool is_up() const = 0;
  /// The version of the feed up to which every wanted route is in place there, as far as its
  /// settings ask for proof.
  virtual uint64_t reached(Instant now) = 0;
};

}  // namespace weir::route
