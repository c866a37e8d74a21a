// The words of failures, and making the state of an upstream: its TLS client and its series.
#include "edge/upstream.h"

#include <array>

#include "base/check.h"
#include "edge/upstream_address.h"

namespace weir::edge {
namespace {

constexpr std::array<std::string_view, kAskFailures> kFailureWords = {
    "timeout",
    "refused",
    "unreachable",
    "reset",
    "overload",
    "no_address",
    "tls_protocol",
    "certificate_name",
    "certificate_expired",
    "certificate_self_signed",
    "certificate_untrusted",
    "certificate_pin",
};

model::Protocol observed_as(UpstreamProtocol protocol) {
  switch (protocol) {
    case UpstreamProtocol::kUdp: return model::Protocol::kUdp;
    case UpstreamProtocol::kTcp: return model::Protocol::kTcp;
    case UpstreamProtocol::kTls: return model::Protocol::kDot;
  }
  return model::Protocol::kUnknown;
}

Result<std::unique_ptr<io::TlsClient>> make_tls_client(const UpstreamSettings& settings,
                                                       const UpstreamAddress& address) {
  io::TlsClientSettings tls;
  tls.server_name =
      settings.tls.subject_name.empty() ? address.verify_name : settings.tls.subject_name;
  tls.address = address.address.value_or(IpAddress());
  tls.ca_file = settings.tls.ca_file;
  for (const std::string& text : settings.tls.pins) {
    TRY(const std::string pin, parse_pin(text));
    tls.pins.push_back(to_hex(as_bytes(pin)));
  }
  tls.pins_only = settings.tls.pins_only;
  tls.alpn = {"dot"};
  return io::TlsClient::create(tls);
}

void register_counters(UpstreamState& state, metrics::Registry& registry,
                       const metrics::Labels& labels) {
  state.queries =
      &registry.counter("weir_upstream_queries_total", "Queries given to the upstream.", labels);
  state.replies =
      &registry.counter("weir_upstream_responses_total", "Replies that matched a query.", labels);
  state.mismatches = &registry.counter(
      "weir_upstream_mismatches_total",
      "Messages from the upstream that answer no query in flight or are malformed; dropped.",
      labels);
  state.connections_new =
      &registry.counter("weir_upstream_connections_new_total", "Connections established.", labels);
  state.tls_resumptions = &registry.counter("weir_upstream_tls_resumptions_total",
                                            "Connections that resumed a TLS session.", labels);
  state.health_failures = &registry.counter("weir_upstream_health_check_failures_total",
                                            "Health checks that failed.", labels);
  for (size_t i = 0; i < kAskFailures; ++i) {
    metrics::Labels with_cause = labels;
    with_cause.emplace_back("cause", kFailureWords[i]);
    state.failures[i] = &registry.counter("weir_upstream_failures_total",
                                          "Queries that got no answer, by cause.", with_cause);
    state.connection_failures[i] = &registry.counter(
        "weir_upstream_connection_failures_total",
        "Connections that could not be made or were found dead, by cause.", with_cause);
  }
}

void register_series(UpstreamState& state, metrics::Registry& registry) {
  const metrics::Labels labels = {{"upstream", state.name}};
  register_counters(state, registry, labels);
  state.connections =
      &registry.gauge("weir_upstream_connections", "Connections that are open.", labels);
  state.outstanding =
      &registry.gauge("weir_upstream_outstanding", "Queries waiting for a reply.", labels);
  state.up_gauge = &registry.gauge("weir_upstream_up",
                                   "1 while health checks pass, 0 after they failed.", labels);
  state.up_gauge->set(1);
  state.latency =
      &registry.histogram("weir_upstream_latency_seconds", "From sending a query to its reply.",
                          metrics::latency_bounds(), labels);
}

}  // namespace

std::string_view to_text(AskFailure failure) {
  const auto index = static_cast<size_t>(failure);
  CHECK(index < kAskFailures);
  return kFailureWords[index];
}

Result<std::unique_ptr<UpstreamState>> make_upstream_state(const UpstreamSettings& settings,
                                                           metrics::Registry& registry) {
  TRY(const UpstreamAddress address, UpstreamAddress::parse(settings.address));
  auto state = std::make_unique<UpstreamState>();
  state->settings = settings;
  state->name = settings.name.empty() ? settings.address : settings.name;
  state->protocol = address.protocol;
  state->observed_as = observed_as(address.protocol);
  if (address.protocol == UpstreamProtocol::kTls) {
    TRY(state->tls, make_tls_client(settings, address));
  }
  register_series(*state, registry);
  return state;
}

}  // namespace weir::edge
