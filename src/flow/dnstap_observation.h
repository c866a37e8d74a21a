// Between the payloads of dnstap frames and observations, both ways: for whatever receives, reads,
// sends or writes dnstap.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "base/bytes.h"
#include "model/observation.h"
#include "proto/dnstap/decode_fault.h"

namespace weir::flow {

/// Makes an observation of one payload at a time, without allocating.
class DnstapDecoder {
 public:
  enum class Outcome : uint8_t {
    kObservation,  // also of a type of message that is not known yet: it is kUnknown then
    kForeign,      // a well-formed payload about something else than a message
    kFault,        // `fault()`
  };

  /// `source` is what its observations come from.
  explicit DnstapDecoder(model::SourceKind source) : source_(source) {}
  DnstapDecoder(const DnstapDecoder&) = delete;
  DnstapDecoder& operator=(const DnstapDecoder&) = delete;

  Outcome read(Bytes payload);
  /// After kObservation, described (model::describe) and with the payload as the frame of its
  /// extras. Its spans lie in the payload and in this object.
  const model::Observation& observation() const { return observation_; }
  dnstap::DecodeFault fault() const { return fault_; }

 private:
  const model::SourceKind source_;
  dnstap::DecodeFault fault_ = dnstap::DecodeFault::kNone;
  model::Observation observation_;
  model::DnstapExtras extras_;
  std::array<uint8_t, dns::kMaxName> qname_;
};

/// Appends the payload of a dnstap frame: the one that `observation` came in, octet for octet, or
/// one that says what it says. `identity` and `version` are ours, for observations that have none.
/// False, and nothing is appended, if there is no word for it: its type is unknown and it came in
/// no frame.
[[nodiscard]] bool append_dnstap(const model::Observation& observation, std::string_view identity,
                                 std::string_view version, Octets& out);

}  // namespace weir::flow
