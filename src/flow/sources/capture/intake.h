// From frames to the flow: the same decoding, pairing and recording as of files, one thread's.
#pragma once

#include <optional>
#include <span>

#include "flow/settings.h"
#include "flow/sources/capture/blind_spots.h"
#include "flow/wire/captured.h"
#include "io/capture/selection.h"
#include "model/tap.h"
#include "proto/packet/extractor.h"

namespace weir::flow::capture_source {

class Intake final : public io::FrameTaker {
 public:
  /// `blind_spots` outlives it; null: nobody looks for any.
  Intake(const CaptureSourceSettings& settings, model::Tap& tap, BlindSpots* blind_spots = nullptr);

  void take(const io::Frame& frame) override;
  /// At the end: what streams still hold.
  void finish();

  const packet::Extractor& extractor() const { return extractor_; }
  CapturedRecorder& recorder() { return recorder_; }
  const CapturedRecorder& recorder() const { return recorder_; }
  /// Messages that turned out not to be wanted once they were put together.
  uint64_t unwanted() const { return unwanted_; }
  WallTime latest() const { return latest_; }

 private:
  void record(std::span<const packet::Message> messages);

  BlindSpots* const blind_spots_;
  packet::Extractor extractor_;
  CapturedRecorder recorder_;
  std::optional<io::Selection> selection_;  // where single frames could not tell
  uint64_t unwanted_ = 0;
  WallTime latest_{};  // time of a frame
  Seen seen_;
};

}  // namespace weir::flow::capture_source
