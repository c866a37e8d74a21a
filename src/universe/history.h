// What has been seen, made lasting: a thread that brings back what the file knows, and from then on
// writes what changes, in groups. While the file cannot be written the table goes on; what waits is
// bounded by the table, and what does not fit is counted there.
#pragma once

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "metrics/counter.h"
#include "universe/settings.h"
#include "universe/shared_table.h"
#include "universe/store/writer.h"

namespace weir::universe {

class History {
 public:
  /// `table` and `clock` outlive it. `most_restored` is how many records the table can hold.
  History(const HistorySettings& settings, size_t most_restored, SharedTable& table,
          const Clock& clock);
  ~History();
  History(const History&) = delete;
  History& operator=(const History&) = delete;

  void start();
  /// Writes what waits until `patience` is over, and ends.
  void stop(Duration patience);

  const std::string& path() const { return settings_.path; }
  /// What does not work at present; empty when all is well.
  std::string complaint() const;
  uint64_t written() const { return written_.value(); }    // sets of records
  uint64_t failures() const { return failures_.value(); }  // groups, tried again
  uint64_t restored() const { return restored_.value(); }  // records
  uint64_t deleted() const { return deleted_.value(); }    // records
  /// Whether the file's records are back in the table.
  bool is_restored() const { return is_restored_.load(std::memory_order_acquire); }
  /// Sets that were taken from the table and are not written yet.
  size_t in_hand() const { return in_hand_.load(std::memory_order_relaxed); }

 private:
  void run();
  Status turn();
  Status open();
  Status restore();
  Status write();
  void complain(const Error& error);
  void recover();
  bool stopping() const;
  /// False when it is time to end.
  bool wait(Duration time);

  const HistorySettings settings_;
  const size_t most_restored_;
  SharedTable& table_;
  const Clock& clock_;
  metrics::LocalCounter written_, failures_, restored_, deleted_;
  std::atomic<bool> is_restored_{false};
  std::atomic<size_t> in_hand_{0};

  mutable std::mutex mutex_;  // guards the three below
  std::condition_variable ended_;
  bool stop_ = false;
  std::string complaint_;

  // The thread's own.
  std::unique_ptr<HistoryWriter> writer_;
  std::vector<RecordSet> group_;
  std::optional<Instant> deadline_;  // of the last writing
  std::thread thread_;
};

}  // namespace weir::universe
