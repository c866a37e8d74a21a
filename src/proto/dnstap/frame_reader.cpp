// Frames out of pieces: from the piece itself while they lie whole in it, from a copy where they
// do not.
#include "proto/dnstap/frame_reader.h"

#include <algorithm>

namespace weir::dnstap {

Frame FrameReader::next() {
  if (tail_done_) {
    tail_.clear();
    tail_done_ = false;
  }
  Frame frame;
  if (fault_ != StreamFault::kNone) {
    frame.kind = Frame::Kind::kFault;
    frame.fault = fault_;
    return frame;
  }
  if (skip_octets_ > 0 && !skip()) return frame;
  if (!tail_.empty()) return resume();
  const size_t size = look(piece_, frame);
  if (frame.kind == Frame::Kind::kNone) {
    tail_.assign(piece_.begin(), piece_.end());
    piece_ = {};
  } else {
    piece_ = piece_.subspan(size);
  }
  return frame;
}

/// Passes over an oversize frame; true when its end has come.
bool FrameReader::skip() {
  const size_t passed = std::min(skip_octets_, piece_.size());
  piece_ = piece_.subspan(passed);
  skip_octets_ -= passed;
  return skip_octets_ == 0;
}

/// Completes the frame that an earlier piece began, and takes nothing behind it.
Frame FrameReader::resume() {
  for (;;) {
    Frame frame;
    const size_t size = look(tail_, frame);
    tail_done_ = frame.kind != Frame::Kind::kNone;
    if (tail_done_) return frame;
    const size_t taken = std::min(size - tail_.size(), piece_.size());
    tail_.insert(tail_.end(), piece_.begin(), piece_.begin() + static_cast<ptrdiff_t>(taken));
    piece_ = piece_.subspan(taken);
    if (tail_.size() < size) return frame;
  }
}

/// Finds the frame at the front of `window` and gives its size there; with kNone, the size that
/// the window must have before it is worth looking again.
size_t FrameReader::look(Bytes window, Frame& frame) {
  if (window.size() < kDataHeader) return kDataHeader;
  const uint32_t octets = load_u32(window.data());
  if (octets == 0) return look_control(window, frame);
  if (octets > most_octets_) {
    frame.kind = Frame::Kind::kOversize;
    frame.size_octets = octets;
    skip_octets_ = octets;
    position_ += kDataHeader + size_t{octets};
    return kDataHeader;
  }
  const size_t size = kDataHeader + size_t{octets};
  if (window.size() < size) return size;
  frame.kind = Frame::Kind::kData;
  frame.payload = window.subspan(kDataHeader, octets);
  position_ += size;
  return size;
}

size_t FrameReader::look_control(Bytes window, Frame& frame) {
  constexpr size_t kHeader = 8;
  if (window.size() < kHeader) return kHeader;
  const uint32_t octets = load_u32(&window[4]);
  const size_t size = kHeader + size_t{octets};
  const bool too_large = octets > kMaxControl;
  if (!too_large && window.size() < size) return size;
  const auto control =
      too_large ? StreamFault::kControlTooLarge : parse_control(window.subspan(kHeader, octets));
  if (!control) {
    frame.kind = Frame::Kind::kFault;
    frame.fault = fault_ = control.error();
    return kHeader;
  }
  frame.kind = Frame::Kind::kControl;
  frame.control = *control;
  position_ += size;
  return size;
}

}  // namespace weir::dnstap
