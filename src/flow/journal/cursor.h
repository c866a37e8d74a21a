// One lane's way through the journal. As long as the lane keeps up it takes batches from its
// backlog, which is a copy of the journal's end in memory; what the backlog had no room for it
// reads from disk.
//
// The lane's thread is the only one that moves it; others may ask how far it is.
#pragma once

#include <atomic>
#include <deque>
#include <memory>
#include <optional>
#include <string>

#include "flow/journal/offset_file.h"
#include "flow/journal/record.h"
#include "flow/journal/segment_reader.h"
#include "flow/journal/segments.h"
#include "flow/lane/backlog.h"
#include "flow/ledger.h"
#include "flow/settings.h"

namespace weir::flow::journal {

class Cursor {
 public:
  /// `left` is where the journal ended when this run began.
  Cursor(std::shared_ptr<const Segments> segments, std::string journal, uint64_t left,
         OffsetFile offset, const BatchSettings& batch, const Clock& clock,
         std::shared_ptr<SinkBook> book);

  /// Begins, or begins again after a failure. `kept` is the position that the destination itself
  /// has; without one the lane's own word counts. Gives the position.
  uint64_t resume(std::optional<uint64_t> kept);
  /// Moves up to `most` batches to the back of `out`, from the backlog or from disk; waits at most
  /// `patience` for the first.
  void take(Backlog& backlog, size_t most, Duration patience, std::deque<Waiting>& out);
  /// Everything before `position` is delivered, or given up.
  void pass(uint64_t position);

  /// Who the journal is: positions of another one mean nothing.
  const std::string& journal() const { return journal_; }
  /// Where the journal ended when this run began.
  uint64_t left() const { return left_; }
  uint64_t passed() const { return passed_.load(); }
  /// Observations that wait in the journal for this lane.
  uint64_t lag() const;

 private:
  bool take_near(Backlog& backlog, size_t most, size_t wanted, std::deque<Waiting>& out);
  bool read(uint64_t limit, size_t batches, std::deque<Waiting>& out);
  bool open(const Segment& segment);
  void read_segment(uint64_t until, size_t wanted, std::deque<Waiting>& out);
  void lose(uint64_t until, std::deque<Waiting>& out);
  void give_out(std::deque<Waiting>& out);
  Instant since(const model::Batch& batch) const;

  const std::shared_ptr<const Segments> segments_;
  const std::string journal_;
  const uint64_t left_;
  OffsetFile offset_;
  const Clock& clock_;
  const std::shared_ptr<SinkBook> book_;
  std::atomic<uint64_t> passed_{0};
  std::atomic<bool> wrong_{false};  // the offset could not be written, and the log has it

  uint64_t next_ = 0;         // the position that is taken next
  std::deque<Waiting> near_;  // out of the backlog, not yet taken
  std::optional<SegmentReader> reader_;
  RecordReader records_;
  model::BatchBuilder builder_;
};

}  // namespace weir::flow::journal
