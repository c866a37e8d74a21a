// The segments of a journal: which there are, where each begins, and how far the last one can be
// read. The journal's thread changes them; every lane's cursor looks.
//
// A position counts observations from the beginning of the journal's life, from 0. A segment is a
// file of dnstap frames called by the position of its first: 00000000000000004096.fstrm, or
// .fstrm.zst.
#pragma once

#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "flow/ledger.h"

namespace weir::flow::journal {

struct Segment {
  uint64_t first = 0;  // position
  uint64_t end = 0;    // position behind its last record, as far as that is published
  uint64_t octets = 0;
  WallTime begun;  // when the file was made
  bool sealed = false;
  std::string path;
};

/// What was removed before every lane had it: positions before `end`, and why.
struct Removal {
  uint64_t end = 0;
  Loss loss = Loss::kJournalEvicted;
};

class Segments {
 public:
  /// The segment that has the record at `position`.
  std::optional<Segment> find(uint64_t position) const;
  std::vector<Segment> list() const;
  std::optional<Segment> oldest() const;
  size_t count() const;
  uint64_t octets() const;
  /// Of the oldest record that is there, and behind the last one that may be read.
  uint64_t begin() const;
  uint64_t end() const;
  /// Why what stood between the two positions is gone: each reason with a number.
  std::vector<std::pair<Loss, uint64_t>> gone(uint64_t from, uint64_t to) const;

  void add(Segment segment);
  /// What the last one has now.
  void publish(uint64_t end, uint64_t octets);
  void seal(uint64_t octets);
  /// Another file took the place of the segment that begins there.
  void replace(uint64_t first, std::string path, uint64_t octets);
  /// Takes the oldest away; `why` when somebody may still want it.
  void remove_oldest(std::optional<Loss> why);

 private:
  mutable std::mutex mutex_;
  std::deque<Segment> segments_;
  std::deque<Removal> removals_;
  uint64_t end_ = 0;
};

/// `FOLDER/00000000000000004096.fstrm`.
std::string segment_path(const std::string& folder, uint64_t first);
inline constexpr const char* kCompressedEnding = ".zst";

}  // namespace weir::flow::journal
