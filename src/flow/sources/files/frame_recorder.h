// The last step for dnstap frames that were read from files: made observations of, counted,
// recorded.
#pragma once

#include <array>
#include <cstdint>

#include "flow/file_source.h"
#include "flow/wire/annotation.h"
#include "flow/wire/dnstap_observation.h"
#include "model/tap.h"

namespace weir::flow::files {

class FrameRecorder {
 public:
  explicit FrameRecorder(model::Tap& tap) : tap_(tap) {}

  /// A frame of weir's own journal (flow/journal) gives back what was journalled.
  void record(Bytes frame) {
    const auto annotated = read_annotation(frame);
    switch (decoder_.read(annotated ? annotated->payload : frame)) {
      case DnstapDecoder::Outcome::kForeign: ++foreign_; return;
      case DnstapDecoder::Outcome::kFault:
        ++faults_[static_cast<size_t>(decoder_.fault()) % faults_.size()];
        return;
      case DnstapDecoder::Outcome::kObservation: break;
    }
    ++observations_;
    model::Observation observation = decoder_.observation();
    if (annotated) annotate(annotated->annotation, observation);
    if (observation.malformed.code != dns::MalformedCode::kNone) ++malformed_;
    tap_.record(observation);
  }

  uint64_t observations() const { return observations_; }
  /// Adds to what packets gave.
  void report(ReadSummary& summary) const {
    summary.observations += observations_;
    summary.malformed += malformed_;
    if (foreign_ != 0) summary.reasons.emplace_back("dnstap_frames_of_other_types", foreign_);
    for (size_t i = 0; i < faults_.size(); ++i)
      if (faults_[i] != 0)
        summary.reasons.emplace_back(
            "dnstap_" + std::string(to_text(static_cast<dnstap::DecodeFault>(i))), faults_[i]);
  }

 private:
  model::Tap& tap_;
  DnstapDecoder decoder_{model::SourceKind::kFile};
  uint64_t observations_ = 0;
  uint64_t malformed_ = 0;
  uint64_t foreign_ = 0;
  std::array<uint64_t, dnstap::kDecodeFaults> faults_{};
};

}  // namespace weir::flow::files
