// Compresses one sealed segment, a piece at a time, so that the journal's thread is never away for
// long. The compressed file gets its name when it is whole and on the disk.
#pragma once

#include <cstdint>
#include <string>

#include "base/bytes.h"
#include "base/result.h"
#include "base/unique_fd.h"
#include "flow/journal/segments.h"
#include "proto/zstd/encoder.h"

namespace weir::flow::journal {

class Packing {
 public:
  static Result<Packing> begin(const Segment& segment);
  Packing(Packing&&) = default;
  Packing& operator=(Packing&&) = default;

  /// One piece. True when the compressed file stands beside the plain one.
  Result<bool> step();
  /// Removes what was begun.
  void abandon();

  uint64_t first() const { return first_; }
  /// Of the plain file, and of the compressed one.
  const std::string& plain_path() const { return plain_path_; }
  std::string path() const { return plain_path_ + kCompressedEnding; }
  uint64_t octets() const { return octets_; }

 private:
  Packing(uint64_t first, std::string plain_path, UniqueFd from, UniqueFd to);
  std::string part_path() const { return path() + ".part"; }
  Status write_out();
  Status finish();

  uint64_t first_;
  std::string plain_path_;
  UniqueFd from_;
  UniqueFd to_;
  zstd::Encoder encoder_;
  Octets piece_;
  Octets packed_;
  uint64_t octets_ = 0;
};

}  // namespace weir::flow::journal
