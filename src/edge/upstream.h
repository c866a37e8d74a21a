// Whom we ask: the face of an upstream towards the shard, whatever it speaks. One object per
// upstream and shard; what all shards share (health, counters) is in UpstreamState.
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
#include "base/result.h"
#include "edge/settings.h"
#include "io/tls.h"
#include "metrics/metrics.h"
#include "model/observation.h"

namespace weir::edge {

/// Why an upstream gave no answer; the label `cause` of counters.
enum class AskFailure : uint8_t {
  kTimeout,
  kRefused,
  kUnreachable,
  kReset,
  kOverload,
  kNoAddress,
  kTlsProtocol,
  kCertificateName,
  kCertificateExpired,
  kCertificateSelfSigned,
  kCertificateUntrusted,
  kCertificatePin,
};
inline constexpr size_t kAskFailures = 12;
std::string_view to_text(AskFailure failure);

/// A question in flight, as its asker knows it; unique while it is in flight.
using AskToken = uint64_t;

class UpstreamEvents {
 public:
  virtual ~UpstreamEvents() = default;
  /// The question of `token` goes out, or goes out again, to `server` in these octets. May come
  /// from inside `ask`.
  virtual void on_sent(AskToken token, Bytes message, const Endpoint& server) = 0;
  /// A message that answers `token`: ID and question match what was asked. Valid during the call.
  /// The ID is still the upstream's own.
  virtual void on_reply(AskToken token, Bytes message, const Endpoint& server) = 0;
  virtual void on_failure(AskToken token, AskFailure failure) = 0;
};

/// One upstream as all shards see it. Lives as long as the plane.
struct UpstreamState {
  UpstreamSettings settings;
  std::string name;
  UpstreamProtocol protocol{};
  model::Protocol observed_as{};  // for observations
  std::unique_ptr<io::TlsClient>
      tls;                          // shared by all shards, so that sessions are; null without TLS
  std::atomic<bool> up{true};       // as health checks see it; optimistic at the start
  std::atomic<bool> proven{false};  // an answer has come from it at least once, or a check passed
  metrics::Counter* queries = nullptr;
  metrics::Counter* replies = nullptr;
  metrics::Counter* mismatches = nullptr;  // replies with a wrong ID, question or form; dropped
  metrics::Counter* failures[kAskFailures] = {};             // questions that got no answer
  metrics::Counter* connection_failures[kAskFailures] = {};  // attempts, and connections found dead
  metrics::Counter* connections_new = nullptr;
  metrics::Counter* tls_resumptions = nullptr;
  metrics::Gauge* connections = nullptr;
  metrics::Gauge* outstanding = nullptr;
  metrics::Histogram* latency = nullptr;  // seconds
  metrics::Counter* health_failures = nullptr;
  metrics::Gauge* up_gauge = nullptr;  // what `up` says, for people
  /// Why connecting fails just now, so that one line a change is logged whatever the number of
  /// shards: an AskFailure, or kConnects.
  std::atomic<uint8_t> trouble{kConnects};
  static constexpr uint8_t kConnects = 0xff;
};

/// The state of the upstream that `settings` describe, with its series in `registry`, which
/// outlives it. The error is the configuration's.
Result<std::unique_ptr<UpstreamState>> make_upstream_state(const UpstreamSettings& settings,
                                                           metrics::Registry& registry);

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
