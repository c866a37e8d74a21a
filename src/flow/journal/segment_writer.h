// Appends records to the journal's active segment: a dnstap stream that has its START from the
// first moment, and its STOP when it is sealed.
#pragma once

#include <cstdint>
#include <string>

#include "base/bytes.h"
#include "base/result.h"
#include "base/unique_fd.h"

namespace weir::flow::journal {

class SegmentWriter {
 public:
  /// Makes the file, or empties the one without records that is there, and makes the folder's
  /// knowledge of it lasting.
  static Result<SegmentWriter> create(const std::string& folder, uint64_t first);
  SegmentWriter(SegmentWriter&&) = default;
  SegmentWriter& operator=(SegmentWriter&&) = default;

  /// All of these whole frames, or an error and none of them.
  Status append(Bytes frames);
  /// Forces what was appended to the disk.
  Status synchronise();
  /// Ends the stream.
  Status seal();

  const std::string& path() const { return path_; }
  uint64_t octets() const { return octets_; }

 private:
  SegmentWriter(UniqueFd file, std::string path) : file_(std::move(file)), path_(std::move(path)) {}

  UniqueFd file_;
  std::string path_;
  uint64_t octets_ = 0;
};

/// Makes what was created, renamed and removed in the folder lasting.
Status synchronise_folder(const std::string& folder);

}  // namespace weir::flow::journal
