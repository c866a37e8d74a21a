// One record of the journal: an observation as an annotated dnstap frame, and back.
#pragma once

#include <optional>
#include <string_view>

#include "base/bytes.h"
#include "flow/wire/annotation.h"
#include "flow/wire/dnstap_observation.h"

namespace weir::flow::journal {

/// What a record's payload may have at most: any frame that a source takes, and its annotation.
inline constexpr size_t kMostRecord = (16 << 20) + (64 << 10);

/// Appends a whole data frame. `identity` and `version` are ours. False, and nothing is appended,
/// for one larger than any source takes.
[[nodiscard]] bool append_record(const model::Observation& observation, std::string_view identity,
                                 std::string_view version, Octets& out);

class RecordReader {
 public:
  /// The observation of a payload; null when it is damaged. It and what it points to last until the
  /// next call, and as long as the payload.
  const model::Observation* read(Bytes payload);

 private:
  DnstapDecoder decoder_{model::SourceKind::kFile};
  model::Observation observation_;
};

}  // namespace weir::flow::journal
