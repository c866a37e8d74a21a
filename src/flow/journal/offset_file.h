// Where a lane stands in the journal, in a file of its own: what it has delivered for good. It is
// written after each settling, so it may lag behind a kill, and never runs ahead.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/result.h"
#include "base/unique_fd.h"

namespace weir::flow::journal {

class OffsetFile {
 public:
  /// Makes `FOLDER/LANE.offset` where there is none; then `value` is nothing.
  static Result<OffsetFile> open(const std::string& folder, const std::string& lane);

  std::optional<uint64_t> value() const { return value_; }
  Status write(uint64_t position);

 private:
  OffsetFile(UniqueFd file, std::string path) : file_(std::move(file)), path_(std::move(path)) {}

  UniqueFd file_;
  std::string path_;
  std::optional<uint64_t> value_;
};

}  // namespace weir::flow::journal
