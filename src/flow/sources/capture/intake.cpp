// Frames to messages to observations.
#include "flow/sources/capture/intake.h"

#include "proto/pcap/link_type.h"

namespace weir::flow::capture_source {
namespace {

bool is_ethernet(const io::Frame& frame) { return frame.link_type == pcap::kLinkEthernet; }

}  // namespace

Intake::Intake(const CaptureSourceSettings& settings, model::Tap& tap, BlindSpots* blind_spots)
    : blind_spots_(blind_spots),
      extractor_({.ports = settings.ports, .fragments = {}, .streams = {}}),
      recorder_(settings.pairing_patience, settings.pairing_queries, tap) {
  if (settings.responses_only || settings.sample > 1) selection_.emplace(settings);
}

void Intake::take(const io::Frame& frame) {
  latest_ = frame.time;
  if (blind_spots_ != nullptr)
    if (const auto contact = io::contact_of(frame.octets, is_ethernet(frame)))
      return blind_spots_->see(*contact, frame.time);
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
    if (blind_spots_ != nullptr)
      blind_spots_->see(message, !model::is_response(seen_.observation.type));
    recorder_.record(seen_);
  }
}

}  // namespace weir::flow::capture_source
