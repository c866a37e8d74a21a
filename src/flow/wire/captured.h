// From the messages of captured packets to observations: what files and live capture share, so that
// the same packets give the same observations from either.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "flow/wire/pairing.h"
#include "model/observation.h"
#include "model/tap.h"
#include "proto/packet/extractor.h"

namespace weir::flow {

/// A message on its way to becoming an observation that can be recorded.
struct Seen {
  model::Observation observation;
  uint64_t pairing = 0;  // the same for a query and its response; 0: cannot be paired
  std::array<uint8_t, dns::kMaxName> name;
};

/// Reasons and how often, in a fixed order, without zeros.
using Reasons = std::vector<std::pair<std::string, uint64_t>>;

/// Says of `seen`, which is fresh, who sent `message` to whom and when. dnstap has no word for a
/// bystander: queries become CLIENT_QUERY and responses CLIENT_RESPONSE, as other tools that turn
/// captures into dnstap's terms have it. `timed`: the time is known. The octets stay the message's.
void describe_travel(const packet::Message& message, const packet::Extractor& extractor,
                     model::SourceKind source, bool timed, model::Observation& seen);

/// Looks into the message itself; messages do not depend on each other.
void look_into(Seen& seen);

/// Pairs and records, in the order of the packets.
class CapturedRecorder {
 public:
  CapturedRecorder(Duration patience, size_t pairing_slots, model::Tap& tap)
      : pairing_(patience, pairing_slots), tap_(tap) {}

  /// What has been looked into.
  void record(Seen& seen);

  Pairing& pairing() { return pairing_; }
  const Pairing& pairing() const { return pairing_; }
  uint64_t observations() const { return observations_; }
  uint64_t malformed() const { return malformed_; }

 private:
  Pairing pairing_;
  model::Tap& tap_;
  uint64_t observations_ = 0;
  uint64_t malformed_ = 0;
};

/// What gave no message, or not at once.
void add_reasons(const packet::Extractor& extractor, Reasons& reasons);
void add_reasons(const Pairing& pairing, Reasons& reasons);

}  // namespace weir::flow
