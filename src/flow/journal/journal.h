// The journal: what durable lanes deliver is on disk first. One thread takes batches from the
// router, appends them to the active segment, forces them to the disk in groups, and only then
// offers them to the lanes, which read on by themselves (cursor.h) when they fall behind.
//
//   router ─▶ queue ─▶ journal ─▶ segment files ─▶ cursor ─▶ lane
//                         └────── backlog ───────────┘
//
// It is bounded in octets and in age. A sealed segment goes when every lane has passed it; what
// else has to go is lost by those lanes that had not, and they count it.
#pragma once

#include <atomic>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "base/unique_fd.h"
#include "flow/bell.h"
#include "flow/journal/packing.h"
#include "flow/journal/segment_writer.h"
#include "flow/journal/segments.h"
#include "flow/lane/backlog.h"
#include "flow/lane/lane.h"
#include "flow/settings.h"
#include "metrics/registry.h"

namespace weir::flow::journal {

class Journal {
 public:
  /// Opens the folder, which it makes where it is missing, and looks at what a former run left.
  /// `identity` and `version` are ours in records.
  static Result<std::unique_ptr<Journal>> open(const JournalSettings& settings,
                                               std::string identity, std::string version,
                                               const Clock& clock);
  ~Journal();
  Journal(const Journal&) = delete;
  Journal& operator=(const Journal&) = delete;

  /// Makes `lane` one of those that it feeds; before `start`.
  Status add(std::shared_ptr<Lane> lane, std::shared_ptr<SinkBook> book,
             const BatchSettings& batch);
  void expose(metrics::Registry& registry) const;
  void start();
  /// For the router's thread. `waits`: rather than lose the batch for want of room in the queue.
  void offer(const model::SharedBatch& batch, bool waits);
  /// Takes no more; what is in the queue is still written, unless that fails.
  void close();
  void join();

  /// What does not work at present; empty when all is well.
  std::string complaint() const;
  /// What a former run left, for people.
  std::string summary() const;

 private:
  struct Reader {
    std::shared_ptr<Lane> lane;
    std::shared_ptr<SinkBook> book;
    std::shared_ptr<Cursor> cursor;
  };
  struct Written {
    model::SharedBatch batch;
    uint64_t end = 0;
  };

  Journal(const JournalSettings& settings, std::string identity, std::string version,
          const Clock& clock);
  Status prepare();
  Status find_id();
  void run();
  Duration patience() const;
  Status write();
  Status write(const model::SharedBatch& batch);
  Status append();
  Status begin_segment();
  Status publish();
  void tend();
  Status end_segment();
  Status seal();
  void pack();
  bool make_room(uint64_t need);
  void remove_passed();
  void remove_expired();
  void remove_oldest(std::optional<Loss> why);
  uint64_t all_passed() const;
  void drop_from(size_t batches, Loss loss);
  void complain(const Error& error);
  void be_well();

  const JournalSettings settings_;
  const std::string identity_;
  const std::string version_;
  const Clock& clock_;
  UniqueFd lock_;
  std::string id_;
  const std::shared_ptr<Segments> segments_ = std::make_shared<Segments>();
  uint64_t left_ = 0;  // the position at which this run began
  uint64_t torn_octets_ = 0;
  std::vector<Reader> readers_;
  Backlog queue_;

  // The journal's thread.
  std::deque<Waiting> taken_;    // from the queue, not yet written
  Octets frames_;                // of the batches that are written next
  std::deque<Written> written_;  // not yet forced to the disk
  std::optional<SegmentWriter> active_;
  uint64_t active_first_ = 0;  // its position
  WallTime begun_;             // the active segment
  uint64_t end_ = 0;           // position
  Instant next_sync_;
  std::optional<Packing> packing_;
  bool failing_ = false;
  Bell retry_;

  mutable std::mutex mutex_;  // guards the one below
  std::string complaint_;
  std::thread thread_;
};

}  // namespace weir::flow::journal
