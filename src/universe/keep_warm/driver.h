// How records are refreshed: the face of what talks to a resolver, and what it tells.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "universe/keep_warm/schedule.h"

namespace weir::universe {

/// What came of one step for one record.
enum class Outcome : uint8_t {
  kDone,
  kRefused,    // the resolver was reached, and did not do it
  kUnreached,  // it was not, or did not answer in time
};

/// A record of a batch, with its place there.
struct Job {
  size_t index = 0;
  Target target;
};

/// Called on the loop's thread.
class DriverEvents {
 public:
  virtual ~DriverEvents() = default;
  /// The record is out of the resolver's cache, or is not; drivers that only ask do not call it.
  virtual void on_invalidated(size_t index, Outcome outcome, std::string_view why) = 0;
  /// A question with this ID is about to leave.
  virtual void on_asked(size_t index, uint16_t id) = 0;
  /// The resolver has answered with this TTL in seconds, or has not.
  virtual void on_repopulated(size_t index, Outcome outcome, uint32_t ttl,
                              std::string_view why) = 0;
  /// Nothing is under way any more. The last call for a batch, never from inside `refresh`.
  virtual void on_done() = 0;
};

/// Belongs to the loop's thread.
class Driver {
 public:
  virtual ~Driver() = default;
  /// Refreshes a batch, of at least one record; the one before is done.
  virtual void refresh(const std::vector<Target>& batch) = 0;
};

}  // namespace weir::universe
