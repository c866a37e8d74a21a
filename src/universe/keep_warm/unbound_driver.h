// Keeping unbound's cache warm in koroz's order: all of a batch is taken out of the cache, and only
// then asked for again.
#pragma once

#include <memory>
#include <vector>

#include "universe/keep_warm/requery.h"
#include "universe/keep_warm/unbound_control.h"

namespace weir::universe {

class UnboundDriver final : public Driver {
 public:
  /// Errors name the file that is wrong. What is passed by reference outlives it.
  static Result<std::unique_ptr<Driver>> create(io::Loop& loop, const KeepWarmSettings& settings,
                                                Random& random, DriverEvents& events);
  void refresh(const std::vector<Target>& batch) override;

 private:
  UnboundDriver(io::Loop& loop, const KeepWarmSettings& settings, Random& random,
                DriverEvents& events);
  void on_flushed(size_t index, Outcome outcome, std::string_view why);

  DriverEvents& events_;
  Requery requery_;
  std::unique_ptr<UnboundControl> control_;
  std::vector<Target> batch_;
  std::vector<Job> flushed_;
};

}  // namespace weir::universe
