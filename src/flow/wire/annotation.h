// What dnstap has no word for, in a dnstap frame: weir's own marks of an observation stand in a
// field `extra` behind all others, as text that people can read. Any dnstap tool reads such a
// frame; weir takes the field off again and has the frame as it was, octet for octet.
//
//   weir1 edge cache 0 00000000000004d2 quad9 5f0c9a1b0039
//
// source, where the answer came from, flags, sequence, upstream (may be empty), then eight digits
// of a checksum over all before them and four of the size of the whole field.
#pragma once

#include <optional>

#include "base/bytes.h"
#include "model/observation.h"

namespace weir::flow {

struct Annotation {
  model::SourceKind source = model::SourceKind::kEdge;
  model::AnswerSource answer_source = model::AnswerSource::kNone;
  bool defragmented = false;
  bool reassembled = false;
  bool had_frame = false;  // the observation came in this very frame
  uint64_t sequence = 0;
  std::string_view upstream;
};

/// Annotates the payload of a dnstap frame, which is all of `out` from `begin` on.
void append_annotation(const model::Observation& observation, size_t begin, Octets& out);

/// A payload taken apart; both are views of it.
struct AnnotatedPayload {
  Bytes payload;  // what was annotated
  Annotation annotation;
};
/// Nothing when there is no annotation, or when an octet of the payload is not what it was.
std::optional<AnnotatedPayload> read_annotation(Bytes payload);

/// Gives the marks back. Without `had_frame` the observation loses its extras: it had none.
void annotate(const Annotation& annotation, model::Observation& observation);

}  // namespace weir::flow
