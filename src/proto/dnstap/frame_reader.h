// Takes a stream of octets apart into frames, in whatever pieces the octets come. It copies only
// what a piece leaves unfinished, and never more than one frame.
#pragma once

#include <cstdint>

#include "proto/dnstap/frames.h"

namespace weir::dnstap {

/// One thing found in a stream.
struct Frame {
  enum class Kind : uint8_t {
    kNone,      // the piece is used up: feed the next
    kData,      // `payload`
    kControl,   // `control`, of whatever type
    kOversize,  // a data frame of `size_octets`, above the ceiling: it is passed over, unseen
    kFault,     // `fault`, from now on always
  };
  Kind kind = Kind::kNone;
  StreamFault fault = StreamFault::kNone;
  uint32_t size_octets = 0;
  Bytes payload;
  Control control;
};

class FrameReader {
 public:
  explicit FrameReader(size_t most_octets = kMaxData) : most_octets_(most_octets) {}

  /// Gives the next piece of the stream. It must stay as it is until `next` has given kNone, and
  /// `next` must have given kNone before.
  void feed(Bytes piece) { piece_ = piece; }
  /// The next frame. Its views hold until the next call of `next` or `feed`.
  Frame next();

  /// After kNone, at the end of the stream: true if it was cut within a frame.
  bool torn() const { return skip_octets_ > 0 || (!tail_.empty() && !tail_done_); }
  /// Where the frame after the last one given begins, in octets from the beginning of the stream:
  /// what stands before is whole.
  uint64_t position() const { return position_; }

 private:
  bool skip();
  Frame resume();
  size_t look(Bytes window, Frame& frame);
  size_t look_control(Bytes window, Frame& frame);

  size_t most_octets_;
  Bytes piece_;             // what has not been looked at yet
  Octets tail_;             // the beginning of a frame, from earlier pieces
  bool tail_done_ = false;  // `tail_` is a frame that has been given
  size_t skip_octets_ = 0;  // of an oversize frame, still to come
  uint64_t position_ = 0;
  StreamFault fault_ = StreamFault::kNone;
};

}  // namespace weir::dnstap
