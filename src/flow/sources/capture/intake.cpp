// Frames to messages to observations.
#include "flow/sources/capture/intake.h"

namespace weir::flow::capture_source {

Intake::Intake(const CaptureSourceSettings& settings, model::Tap& tap)
    : extractor_({.ports = settings.ports, .fragments = {}, .streams = {}}),
      recorder_(settings.pairing_patience, settings.pairing_queries, tap) {
  if (settings.responses_only || settings.sample > 1) selection_.emplace(settings);
}

void Intake::take(const io::Frame& frame) {
  latest_ = frame.time;
  record(extractor_.add(frame.link_type, frame.octets, frame.original_size, frame.time));
}

void Intake::finish() { record(extractor_.finish()); }

void Intake::record(std::span<const packet::Message> messages) {
  for (const packet::Message& message : messages) {
    const bool udp = message.protocol == packet::kProtocolUdp;
    if (selection_ &&
        selection_->of_message(message.from, message.to, udp, message.octets) != io::Fate::kTaken) {
      ++unwanted_;
      continue;
    }
    seen_.observation = {};
    describe_travel(message, extractor_, model::SourceKind::kCapture, true, seen_.observation);
    look_into(seen_);
    recorder_.record(seen_);
  }
}

}  // namespace weir::flow::capture_source
