// Flat JSON back into the message it was made of. The shape has everything in it but the octets, so
// the message is built anew: what it says is the same, its compression may be another.
#pragma once

#include <array>

#include "flow/sources/json/line_fault.h"
#include "model/observation.h"
#include "proto/dns/message.h"

namespace simdjson::dom {
class object;
}

namespace weir::flow::json_source {

/// An observation and all octets that it points to, but for texts of the JSON object.
struct Record {
  model::Observation observation;
  model::DnstapExtras extras;
  Octets message = Octets(dns::kMaxMessage);
  std::array<uint8_t, dns::kMaxName> qname;
  Octets query_zone;
  Octets policy;
  size_t left_out = 0;  // records that no message can be made of

  /// Forgets the last one.
  void clear();
};

/// Reads an object whose keys are dotted. `into` is clear.
LineFault read_flat(const simdjson::dom::object& object, Record& into);

}  // namespace weir::flow::json_source
