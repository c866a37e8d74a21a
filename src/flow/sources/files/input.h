// The octets of one file or of standard input, decompressed where they are compressed, and awaited
// where a file still grows.
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <string>

#include "base/bytes.h"
#include "base/result.h"
#include "base/unique_fd.h"
#include "proto/zstd/decoder.h"

namespace weir::flow::files {

class Input {
 public:
  /// `-` is standard input. `stop` ends waiting; it may be null, and outlives the input.
  static Result<Input> open(const std::string& path, const std::atomic<bool>* stop);

  /// At least one octet, or 0 at the end (and when stopped).
  Result<size_t> read(MutableBytes into);
  /// After the end, for a file that grows: true when there is more to read, false when stopped.
  /// `kReplaced`: another file, or this one cut short, now stands under the path.
  enum class More : uint8_t { kGrown, kReplaced, kStopped };
  More wait_for_more();

  /// Octets taken from the file itself.
  uint64_t position() const { return position_; }
  /// False if it ended in the middle of a compressed frame.
  bool is_whole() const { return !decoder_ || decoder_->at_boundary(); }
  /// A file that could grow, unlike a pipe.
  bool is_regular() const { return regular_; }

 private:
  Input(std::string path, UniqueFd owned, int fd, const std::atomic<bool>* stop);
  Result<size_t> read_file(MutableBytes into);
  Result<size_t> decompress(MutableBytes into);
  Status begin();
  bool is_replaced() const;
  bool stopped() const { return stop_ != nullptr && stop_->load(std::memory_order_relaxed); }

  std::string path_;
  UniqueFd owned_;
  int fd_ = -1;
  const std::atomic<bool>* stop_ = nullptr;
  bool begun_ = false;
  bool regular_ = false;
  uint64_t position_ = 0;
  std::optional<zstd::Decoder> decoder_;
  Octets raw_;                // octets of the file that wait: the first ones, and compressed ones
  size_t raw_at_ = 0;         // of `raw_`, consumed
  bool more_inside_ = false;  // the decoder may have more without being given more
};

}  // namespace weir::flow::files
