// The door of the universe plane: what has been seen, fed as a consumer of the flow, made lasting
// on disk, asked by people, and kept warm.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "metrics/metrics.h"
#include "model/tap.h"
#include "universe/history.h"
#include "universe/keep_warm/keeper.h"
#include "universe/settings.h"
#include "universe/shared_table.h"
#include "universe/sighting.h"
#include "universe/store/reader.h"

namespace weir::universe {

class Plane final : public model::Consumer {
 public:
  /// `registry` and `clock` outlive it, and so does `edge`, whose cache may be kept warm; it ends
  /// before. Errors are the settings' fault: a file that cannot be opened is tried again while it
  /// runs.
  static Result<std::unique_ptr<Plane>> create(const UniverseSettings& settings,
                                               metrics::Registry& registry, const Clock& clock,
                                               model::Refresher* edge = nullptr);
  ~Plane() override;

  void start();
  /// After the flow has ended: writes what waits, at most for `patience`.
  void stop(Duration patience);
  /// New settings for what may change while running; the caller has made sure of the rest.
  void adopt(const UniverseSettings& settings);

  /// From the lane's thread; never fails.
  Status deliver(const model::Batch& batch) override;
  /// Holds the lane up where sources can wait.
  Status settle() override;

  /// Sets that have not expired, those seen latest first; from any thread.
  std::vector<RecordSet> live(size_t most) const;
  /// From the history, or from memory where there is none or while it cannot be read. An error of
  /// kConfig means the cursor. One thread asks.
  Result<SeenPage> find(const SeenQuery& query);

  /// What does not work at present, a line each.
  std::vector<std::string> complaints() const;
  /// Sets of records that are not in the history, and will not be.
  uint64_t lost() const;
  /// Empty when nothing is written down.
  std::string history_path() const { return history_ ? history_->path() : std::string(); }

 private:
  Plane(const UniverseSettings& settings, metrics::Registry& registry, const Clock& clock);
  void register_metrics(metrics::Registry& registry);
  void register_history(metrics::Registry& registry);
  Result<SeenPage> find_in_table(const SeenQuery& query) const;
  uint64_t unseen(Unseen why) const;

  const Clock& clock_;
  const bool sources_wait_;
  const size_t most_waiting_;
  SharedTable table_;
  mutable std::mutex reader_mutex_;  // guards the one below
  SightingReader reader_;
  std::unique_ptr<History> history_;  // null when it is off
  std::unique_ptr<HistoryReader> asked_;
  std::unique_ptr<Keeper> keeper_;  // null when nothing is kept warm
};

}  // namespace weir::universe
