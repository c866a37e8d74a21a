// Whom we ask: the face of an upstream towards the shard, whatever it speaks. One object per upstream
// and shard; what all shards share (health, counters) is in UpstreamState.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/clock.h"
#include "base/endpoint.h"
#include "edge/settings.h"
#include "metrics/metrics.h"
#include "model/observation.h"

namespace weir::edge {

/// Why an upstream gave no answer; the label `cause` of counters.
enum class AskFailure : uint8_t {
  kTimeout, kRefused, kUnreachable, kReset, kOverload, kNoAddress, kTlsProtocol, kCertificateName,
  kCertificateExpired, kCertificateSelfSigned, kCertificateUntrusted, kCertificatePin,
};
inline constexpr size_t kAskFailures = 12;
std::string_view to_text(AskFailure failure);

/// A question in flight, as its asker knows it; unique while it is in flight.
using AskToken = uint64_t;

class UpstreamEvents {
 public:
  virtual ~UpstreamEvents() = default;
  /// The question of `token` goes out, or goes out again, to `server` in these octets. May come from
  /// inside `ask`.
  virtual void on_sent(AskToken token, Bytes message, const Endpoint& server) = 0;
  /// A message that answers `token`: ID and question match what was asked. Valid during the call. The
  /// ID is still the upstream's own.
  virtual void on_reply(AskToken token, Bytes message, const Endpoint& server) = 0;
  virtual void on_failure(AskToken token, AskFailure failure) = 0;
};

/// One upstream as all shards see it. Lives as long as the plane.
struct UpstreamState {
  UpstreamSettings settings;
  std::string name;
  UpstreamProtocol protocol{};
  model::Protocol observed_as{};        // for observations
  std::atomic<bool> up{true};           // as health checks see it; optimistic at the start
  std::atomic<bool> proven{false};      // an answer has come from it at least once, or a check passed
  metrics::Counter* queries = nullptr;
  metrics::Counter* replies = nullptr;
  metrics::Counter* mismatches = nullptr;      // replies with a wrong ID, question or form; dropped
  metrics::Counter* failures[kAskFailures] = {};
  metrics::Counter* connections_new = nullptr;
  metrics::Counter* tls_resumptions = nullptr;
  metrics::Gauge* connections = nullptr;
  metrics::Gauge* outstanding = nullptr;
  metrics::Histogram* latency = nullptr;       // seconds
};

class Upstream {
 public:
  virtual ~Upstream() = default;
  /// Asks `query`, a whole message whose ID the upstream replaces. Exactly one event follows for
  /// `token`, unless cancelled: never from inside `ask`, and no later than `deadline`.
  virtual void ask(AskToken token, Bytes query, Instant deadline) = 0;
  /// Forgets `token`; no event follows.
  virtual void cancel(AskToken token) = 0;
  /// Opens a connection ahead of the first query, where the protocol has connections.
  virtual void prewarm() {}
  /// Lets what is in flight finish and opens nothing more.
  virtual void drain() {}
};

}  // namespace weir::edge
