// Decoding, counting what is wrong, recording what is right.
#include "flow/sources/dnstap/intake.h"

namespace weir::flow::dnstap_source {

dnstap::DecodeFault Intake::take(Bytes payload) {
  switch (decoder_.read(payload)) {
    case DnstapDecoder::Outcome::kFault:
      counters_.malformed(decoder_.fault());
      return decoder_.fault();
    case DnstapDecoder::Outcome::kForeign:
      counters_.foreign.add();
      return dnstap::DecodeFault::kNone;
    case DnstapDecoder::Outcome::kObservation: break;
  }
  const model::Observation& observation = decoder_.observation();
  if (observation.type == model::MessageType::kUnknown) counters_.unknown.add();
  if (observation.malformed.code != dns::MalformedCode::kNone) counters_.malformed_dns.add();
  tap_.record(observation);
  if (!flushes_later_) flush_later();
  return dnstap::DecodeFault::kNone;
}

void Intake::flush_later() {
  flushes_later_ = true;
  timer_.start(kFlushInterval, [this] {
    flushes_later_ = false;
    if (!has_room()) return flush_later();
    tap_.flush();
  });
}

}  // namespace weir::flow::dnstap_source
