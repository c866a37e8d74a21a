// Where a query is refused: the access list first, then everything a well-formed query must be.
#pragma once

#include <cstdint>
#include <string_view>
#include <variant>

#include "edge/query.h"
#include "edge/settings.h"

namespace weir::edge {

/// Why nothing is answered at all; labels of weir_dropped_queries_total.
enum class DropReason : uint8_t {
  kAcl,
  kShortHeader,
  kIsResponse,
};
inline constexpr size_t kDropReasons = 3;
std::string_view to_text(DropReason reason);

/// An answer the gate gives by itself.
struct Refusal {
  dns::Rcode rcode{};
  dns::ExtendedError why = dns::ExtendedError::kOther;
  std::string_view text;  // for the extended error; empty: none is given
};
/// What the gate finds: a query to go on with, an answer at once, or silence.
enum class Passage : uint8_t { kPass, kRefuse, kDrop, kMinimalAny };
struct GateVerdict {
  Passage passage = Passage::kPass;
  DropReason drop{};
  Refusal refusal;
  dns::Malformed malformed;  // why the octets are no query, where that is so
};

class Gate {
 public:
  explicit Gate(const EdgeSettings& settings) : settings_(&settings) {}

  bool admits(const IpAddress& client) const;
  /// Reads `arrival` into `query`. Whatever the verdict, `query` can be answered: what could be
  /// read of ID, flags and question is set.
  GateVerdict examine(const Arrival& arrival, Query& query) const;

 private:
  GateVerdict read(const Arrival& arrival, Query& query) const;

  const EdgeSettings* settings_;
};

}  // namespace weir::edge
