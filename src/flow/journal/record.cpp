// Annotating on the way in, taking the annotation off on the way out.
#include "flow/journal/record.h"

#include "proto/dnstap/frames.h"

namespace weir::flow::journal {

bool append_record(const model::Observation& observation, std::string_view identity,
                   std::string_view version, Octets& out) {
  const size_t frame = dnstap::begin_data_frame(out);
  const size_t payload = out.size();
  // What has no word in dnstap has no octets either: the annotation stands alone.
  static_cast<void>(append_dnstap(observation, identity, version, out));
  append_annotation(observation, payload, out);
  return dnstap::end_data_frame(out, frame, kMostRecord);
}

const model::Observation* RecordReader::read(Bytes payload) {
  const auto annotated = read_annotation(payload);
  if (!annotated) return nullptr;
  observation_ = {};
  if (!annotated->payload.empty()) {
    if (decoder_.read(annotated->payload) != DnstapDecoder::Outcome::kObservation) return nullptr;
    observation_ = decoder_.observation();
  }
  annotate(annotated->annotation, observation_);
  return &observation_;
}

}  // namespace weir::flow::journal
