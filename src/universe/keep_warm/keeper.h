// Keeping a resolver's cache warm: the lane's thread shows what is seen and asked for, a thread of
// its own refreshes, a batch a cycle.
#pragma once

#include <array>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "base/random.h"
#include "base/result.h"
#include "io/loop.h"
#include "metrics/metrics.h"
#include "model/observation.h"
#include "model/refresher.h"
#include "universe/keep_warm/driver.h"
#include "universe/keep_warm/schedule.h"
#include "universe/sighting.h"

namespace weir::universe {

class Keeper final : DriverEvents {
 public:
  /// Errors name the file or setting that is wrong. `registry` and `clock` outlive it, and so does
  /// `edge`, null where there is none; it ends before.
  static Result<std::unique_ptr<Keeper>> create(const KeepWarmSettings& settings,
                                                model::Refresher* edge, metrics::Registry& registry,
                                                const Clock& clock);
  ~Keeper() override;

  void start();
  /// What is under way is let go.
  void stop();
  void adopt(const WarmthSettings& settings);
  /// What an observed response shows; from one thread.
  void observe(const model::Observation& observation, const std::vector<Sighting>& sightings);
  /// What does not work at present; empty when all is well.
  std::string complaint() const;

 private:
  enum class Action : uint8_t { kInvalidate, kRepopulate };
  Keeper(const KeepWarmSettings& settings, metrics::Registry& registry, const Clock& clock);
  void register_metrics(metrics::Registry& registry);
  void observe_answer(const model::Observation& observation, size_t sightings);
  void cycle();
  void on_invalidated(size_t index, Outcome outcome, std::string_view why) override;
  void on_asked(size_t index, uint16_t id) override;
  void on_repopulated(size_t index, Outcome outcome, uint32_t ttl, std::string_view why) override;
  void on_done() override;
  void count(Action action, dns::Type type, Outcome outcome, std::string_view why);
  void settle(size_t index, std::optional<uint32_t> ttl);
  template <typename Work>
  auto with(Work work) const {
    const std::lock_guard lock(mutex_);
    return work();
  }

  static constexpr size_t kActions = 2;
  static constexpr size_t kKinds = 6;
  const KeepWarmSettings settings_;
  const Clock& clock_;
  SystemRandom chance_;  // the schedule's
  SystemRandom random_;  // the driver's
  metrics::Counter* actions_[kActions][kKinds] = {};
  metrics::Counter* refused_[kActions] = {};
  metrics::Counter* unreached_[kActions] = {};
  metrics::Counter& skipped_;

  mutable std::mutex mutex_;  // guards the two below
  Schedule schedule_;
  std::string complaint_;

  // The thread's own.
  io::Loop loop_;
  io::Timer timer_{loop_};
  std::vector<Target> batch_;  // that is out
  size_t done_ = 0;            // of it
  std::string trouble_;        // why one was not reached
  std::unique_ptr<Driver> driver_;
  std::thread thread_;
};

}  // namespace weir::universe
