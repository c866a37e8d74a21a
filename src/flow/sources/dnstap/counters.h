// What a dnstap source counts, by cause: its senders, their frames, and what was wrong with either.
// The loss of observations behind it is the ledger's.
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "metrics/metrics.h"
#include "proto/dnstap/decode_fault.h"

namespace weir::flow::dnstap_source {

/// Shared by all threads of the source. What happens once a frame or a piece is a reference; what
/// happens once a connection is looked up by its cause.
class Counters {
 public:
  Counters(metrics::Registry& registry, std::string source);

  void malformed(dnstap::DecodeFault fault) { malformed_[static_cast<size_t>(fault)]->add(); }
  /// `max_clients` or `acl`.
  void refused(std::string_view reason);
  void handshake_failed(std::string_view reason);
  void ended(std::string_view reason);
  void dial_failed(std::string_view reason);

 private:
  metrics::Registry& registry_;
  const std::string source_;

 public:
  metrics::Gauge& senders;     // whose stream has begun
  metrics::Counter& accepted;  // on listeners, whatever became of them
  metrics::Counter& frames;    // data frames, also those that were no good
  metrics::Counter& octets;
  metrics::Counter& oversize;
  metrics::Counter& foreign;        // well-formed, but about no message
  metrics::Counter& unknown;        // messages of a future type; they are recorded
  metrics::Counter& malformed_dns;  // also recorded
  metrics::Counter& pauses;         // for want of room in the flow
  metrics::Counter& throttled;      // for a sender's rate

 private:
  std::array<metrics::Counter*, dnstap::kDecodeFaults> malformed_{};
};

}  // namespace weir::flow::dnstap_source
