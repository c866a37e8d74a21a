// The writing side of the embedded store: rows in transactions, whole or not at all, and the
// deletion of what is too old or too much. One thread uses it.
#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "base/unique_fd.h"
#include "flow/settings.h"
#include "flow/sink.h"
#include "model/observation.h"
#include "sqlite/database.h"

namespace weir::flow {

class StoreWriter {
 public:
  /// There is one writer of a store at a time, because rows are numbered by their writer. It holds
  /// a lock on the file beside the store that ends in `.lock`.
  static Result<std::unique_ptr<StoreWriter>> open(const std::string& path,
                                                   const Retention& retention, bool raw_messages);

  /// Rows and gaps of the transaction that `commit` ends; the first one begins it.
  Status add(const model::Observation& observation);
  Status add(const Gap& gap);
  Status commit();
  /// Forgets what was added since the last commit.
  void roll_back();

  /// Deletes at most a few blocks of what is older than the retention's age or beyond its size, and
  /// gives free pages back when the file is over its bound. Between transactions.
  Status retain(WallTime now);
  /// False when the file was deleted or replaced: what is written goes nowhere.
  bool in_place() const { return database_.in_place(); }

 private:
  /// A run of rows with consecutive numbers, and the times between which they lie.
  struct Block {
    int64_t first_id = 1;
    int64_t last_id = 0;
    int64_t min_time = 0;
    int64_t max_time = 0;

    int64_t rows() const { return last_id - first_id + 1; }
    void extend(int64_t time);
  };

  StoreWriter(UniqueFd lock, sqlite::Database database, const Retention& retention,
              bool raw_messages);
  Status prepare();
  Status begin();
  Status load_last_block();
  Status save(const Block& block);
  void bind_question(const model::Observation& observation);
  void bind_outcome(const model::Observation& observation);
  Result<bool> drop_block(sqlite::Statement& select);
  Status drop_old_gaps(WallTime now);
  Result<int64_t> pages_used();

  const UniqueFd lock_;  // let go after the database is closed
  sqlite::Database database_;
  const Retention retention_;
  const bool raw_messages_;
  int64_t most_pages_ = 0;
  Block block_;            // the one that grows
  Block committed_block_;  // as the file has it
  std::string qname_;      // text of the row being bound
  WallTime next_gap_check_;
  sqlite::Statement insert_row_, insert_block_, insert_gap_, begin_, commit_, select_old_,
      select_first_, delete_rows_, delete_block_, delete_gaps_, page_count_, free_count_;
};

}  // namespace weir::flow
