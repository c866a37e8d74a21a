// Reads the records of one segment in order, also of one that still grows.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/bytes.h"
#include "base/result.h"
#include "base/unique_fd.h"
#include "flow/journal/segments.h"
#include "proto/dnstap/frame_reader.h"
#include "proto/zstd/decoder.h"

namespace weir::flow::journal {

class SegmentReader {
 public:
  static Result<SegmentReader> open(const Segment& segment);
  SegmentReader(SegmentReader&&) = default;
  SegmentReader& operator=(SegmentReader&&) = default;

  /// The payload of the next record; nothing when there is none now. It lasts until the next call.
  std::optional<Bytes> next();

  /// The position of the record that `next` gives.
  uint64_t position() const { return position_; }
  uint64_t first() const { return first_; }
  /// Octets of the stream before the next record: what stands there is whole.
  uint64_t offset() const { return frames_.position(); }
  /// STOP has been read: the segment was sealed.
  bool ended() const { return ended_; }

 private:
  SegmentReader(UniqueFd file, const Segment& segment);
  bool read_more();
  size_t decompress();

  UniqueFd file_;
  uint64_t first_;
  uint64_t position_;
  bool ended_ = false;
  std::optional<zstd::Decoder> decoder_;
  Octets raw_;  // compressed octets
  size_t raw_at_ = 0;
  Octets piece_;
  dnstap::FrameReader frames_;
};

}  // namespace weir::flow::journal
