// The writing side of the history: groups of changed sets in one transaction each, whole or not at
// all, and the deletion of what is too old or too much. One thread uses it.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>

#include "base/result.h"
#include "base/unique_fd.h"
#include "sqlite/database.h"
#include "universe/record_set.h"
#include "universe/settings.h"

namespace weir::universe {

class HistoryWriter {
 public:
  /// There is one writer of a history at a time.
  static Result<std::unique_ptr<HistoryWriter>> open(const HistorySettings& settings);

  /// Adds the counts of each record to what the file has of it, in one transaction.
  Status add(std::span<const RecordSet> sets);
  /// The `most` records that were seen last, the oldest of them first, each as a set of its own,
  /// until `take` says no.
  Status restore(size_t most, const std::function<bool(const RecordSet&)>& take);
  /// Deletes a bounded number of records that are older than the age or beyond the size; gives how
  /// many, and pages back when the file is over its bound.
  Result<size_t> retain(WallTime now);
  /// False when the file was deleted or replaced: what is written goes nowhere.
  bool in_place() const { return database_.in_place(); }

 private:
  HistoryWriter(UniqueFd lock, sqlite::Database database, const HistorySettings& settings);
  Status prepare();
  Status add_all(std::span<const RecordSet> sets);
  Status in_transaction(const std::function<Status()>& work);
  Result<bool> over_bound();

  const UniqueFd lock_;  // let go after the database is closed
  sqlite::Database database_;
  const HistorySettings settings_;
  int64_t most_pages_ = 0;
  sqlite::Statement begin_, commit_, upsert_, delete_before_, delete_oldest_, page_count_,
      free_count_;
};

}  // namespace weir::universe
