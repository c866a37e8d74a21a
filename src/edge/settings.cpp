// The keys of `[edge]` with their ranges, defaults and one sentence each.
#include <fmt/format.h>

#include "edge/settings_table.h"
#include "edge/upstream_address.h"
#include "proto/dns/name.h"

namespace weir::edge {
namespace {

using config::Reload;
using config::Report;
using config::Table;

Table<TcpSettings> tcp_table() {
  Table<TcpSettings> table("Clients over TCP.");
  table.duration("first_octet_timeout", &TcpSettings::first_octet_timeout,
                 {.fallback = "2s",
                  .least = "100ms",
                  .most = "1m",
                  .doc = "How long a new connection may stay without a query."});
  table.duration("idle_timeout", &TcpSettings::idle_timeout,
                 {.fallback = "10s",
                  .least = "100ms",
                  .most = "10m",
                  .doc = "How long a connection may stay open between queries (RFC 7766)."});
  table.integer("max_connections", &TcpSettings::max_connections,
                {.fallback = "1000",
                 .least = "1",
                 .most = "1000000",
                 .doc = "How many clients may be connected at once."});
  table.integer("max_connections_per_client", &TcpSettings::max_connections_per_client,
                {.fallback = "100",
                 .least = "1",
                 .most = "1000000",
                 .doc = "How many connections one address may have."});
  table.integer("max_in_flight", &TcpSettings::max_in_flight,
                {.fallback = "100",
                 .least = "1",
                 .most = "65535",
                 .doc = "How many queries of one connection may wait for their answers; "
                        "it is not read from beyond that."});
  return table;
}

Table<CacheSettings> cache_table() {
  Table<CacheSettings> table("The cache of answers, shared by all threads.");
  table.size("size", &CacheSettings::size_octets,
             {.fallback = "64MiB",
              .most = "1TiB",
              .doc = "How much memory answers may take; 0 turns the cache off."});
  table.duration("max_ttl", &CacheSettings::max_ttl,
                 {.fallback = "1d",
                  .least = "1s",
                  .most = "7d",
                  .doc = "The longest an answer is kept, whatever its TTL."});
  table.duration("max_negative_ttl", &CacheSettings::max_negative_ttl,
                 {.fallback = "1h",
                  .least = "1s",
                  .most = "1d",
                  .doc = "The longest that a name or type is remembered not to exist (RFC 2308)."});
  table.duration("failure_ttl", &CacheSettings::failure_ttl,
                 {.fallback = "1s",
                  .least = "1s",
                  .most = "5m",
                  .doc = "How long a first failure is remembered; each further one in a row "
                         "doubles it (RFC 9520)."});
  table.duration("max_failure_ttl", &CacheSettings::max_failure_ttl,
                 {.fallback = "5m",
                  .least = "1s",
                  .most = "5m",
                  .doc = "The longest that a failure is remembered."});
  table.size("max_entry_size", &CacheSettings::max_entry_octets,
             {.fallback = "8KiB",
              .least = "512",
              .most = "64KiB",
              .doc = "Larger answers are passed on and not kept."});
  table.check([](const CacheSettings& cache, Report& report) {
    if (cache.max_failure_ttl < cache.failure_ttl)
      report.wrong("max_failure_ttl", "is below failure_ttl");
  });
  return table;
}

Table<UpstreamTlsSettings> tls_table() {
  Table<UpstreamTlsSettings> table("How an upstream over TLS proves who it is.");
  table.text("subject_name", &UpstreamTlsSettings::subject_name,
             {.fallback = "",
              .most = "253",
              .doc = "The name its certificate must carry; empty means the name or address in "
                     "`address`."});
  table.text("ca_file", &UpstreamTlsSettings::ca_file,
             {.fallback = "",
              .most = "4095",
              .doc = "A PEM file of certificates to trust instead of the system's."});
  table.text("pins", &UpstreamTlsSettings::pins,
             {.fallback = "[]",
              .most = "128",
              .doc = "SHA-256 digests of public keys, in hexadecimal or base64, one of which the "
                     "certificate must have (RFC 7858)."});
  table.boolean("pins_only", &UpstreamTlsSettings::pins_only,
                {.fallback = "false",
                 .doc = "With pins: trust the key alone, without a chain of certificates."});
  table.check([](const UpstreamTlsSettings& tls, Report& report) {
    if (tls.pins_only && tls.pins.empty())
      report.wrong("pins_only", "is true without pins", "at least one pin");
    for (size_t i = 0; i < tls.pins.size(); ++i)
      if (const auto pin = parse_pin(tls.pins[i]); !pin)
        report.wrong("pins", fmt::format("has a bad entry {}: {}", i + 1, pin.error().what));
  });
  return table;
}

Table<UpstreamSettings> upstream_table() {
  Table<UpstreamSettings> table("A server that queries are forwarded to.");
  table.text("name", &UpstreamSettings::name,
             {.fallback = "",
              .most = "64",
              .doc = "What it is called in logs, metrics and records; empty means its address."});
  table.text("address", &UpstreamSettings::address,
             {.least = "1",
              .most = "300",
              .doc = "Where it is: tls://1.1.1.1, tls://dns.example, udp://192.0.2.1:5353, "
                     "tcp://[2001:db8::1]; without a port 853 for TLS, else 53."});
  table.integer("max_connections", &UpstreamSettings::max_connections,
                {.fallback = "4",
                 .least = "1",
                 .most = "1000",
                 .doc = "How many connections to it may be open, all threads together."});
  table.integer("max_in_flight", &UpstreamSettings::max_in_flight,
                {.fallback = "1000",
                 .least = "1",
                 .most = "60000",
                 .doc = "How many queries may wait for their answers on one connection."});
  table.duration("idle_timeout", &UpstreamSettings::idle_timeout,
                 {.fallback = "30s",
                  .least = "100ms",
                  .most = "1h",
                  .doc = "A connection not used for so long is closed."});
  table.boolean("prewarm", &UpstreamSettings::prewarm,
                {.fallback = "true", .doc = "Connect ahead of the first query."});
  table.table("tls", &UpstreamSettings::tls, tls_table());
  table.check([](const UpstreamSettings& upstream, Report& report) {
    const auto address = UpstreamAddress::parse(upstream.address);
    if (!address) return report.wrong("address", "is no upstream: " + address.error().what);
    const UpstreamTlsSettings& tls = upstream.tls;
    const bool speaks_of_tls =
        !tls.subject_name.empty() || !tls.ca_file.empty() || !tls.pins.empty();
    if (address->protocol != UpstreamProtocol::kTls && speaks_of_tls)
      report.wrong("address", "is not TLS, yet tls.* is set", "tls://…, or no [tls] keys");
  });
  return table;
}

Table<HealthSettings> health_table() {
  Table<HealthSettings> table("How upstreams are found to be up or down.");
  table.duration("interval", &HealthSettings::interval,
                 {.fallback = "1s",
                  .least = "100ms",
                  .most = "1h",
                  .doc = "The time between two checks of an upstream."});
  table.duration("timeout", &HealthSettings::timeout,
                 {.fallback = "1s",
                  .least = "10ms",
                  .most = "1m",
                  .doc = "How long a check waits for its answer."});
  table.integer("max_failures", &HealthSettings::max_failures,
                {.fallback = "1",
                 .least = "1",
                 .most = "100",
                 .doc = "So many failures in a row mean down."});
  table.integer(
      "rise", &HealthSettings::rise,
      {.fallback = "1", .least = "1", .most = "100", .doc = "So many successes in a row mean up."});
  table.text("qname", &HealthSettings::qname,
             {.fallback = "a.root-servers.net.",
              .least = "1",
              .most = "255",
              .doc = "The name that checks ask for; any answer will do."});
  table.check([](const HealthSettings& health, Report& report) {
    if (!dns::Name::parse(health.qname)) report.wrong("qname", "is no domain name");
  });
  return table;
}

void add_listening(Table<EdgeSettings>& table) {
  table.endpoint("listen", &EdgeSettings::listen,
                 {.fallback = R"(["127.0.0.1:8853", "[::1]:8853"])",
                  .doc = "The addresses where queries are answered, over UDP and TCP.",
                  .default_port = 53,
                  .most_items = 64});
  table.integer(
      "threads", &EdgeSettings::threads,
      {.fallback = "0", .most = "256", .doc = "Threads that answer; 0 means one a processor."});
  table.prefix("allow", &EdgeSettings::allow,
               {.fallback = R"(["127.0.0.0/8", "::1/128", "10.0.0.0/8", "172.16.0.0/12",
                 "192.168.0.0/16", "169.254.0.0/16", "fc00::/7", "fe80::/10"])",
                .doc = "Whom to answer: addresses and networks. Others get no answer.",
                .reload = Reload::kLive,
                .most_items = 4096});
  table.boolean("refuse_with_rcode", &EdgeSettings::refuse_with_rcode,
                {.fallback = "false",
                 .doc = "Answer REFUSED to those not allowed, instead of nothing.",
                 .reload = Reload::kLive});
}

void add_limits(Table<EdgeSettings>& table) {
  table.duration("query_timeout", &EdgeSettings::query_timeout,
                 {.fallback = "1800ms",
                  .least = "50ms",
                  .most = "1m",
                  .doc = "From question to answer, whatever happens in between; then SERVFAIL.",
                  .reload = Reload::kLive});
  table.duration("attempt_timeout", &EdgeSettings::attempt_timeout,
                 {.fallback = "900ms",
                  .least = "20ms",
                  .most = "1m",
                  .doc = "How long one upstream is waited for before the next is asked.",
                  .reload = Reload::kLive});
  table.integer("max_queries", &EdgeSettings::max_queries,
                {.fallback = "16384",
                 .least = "1",
                 .most = "1000000",
                 .doc = "Queries in flight, per thread; more get SERVFAIL."});
  table.integer("max_waiting", &EdgeSettings::max_waiting,
                {.fallback = "1024",
                 .least = "1",
                 .most = "65535",
                 .doc = "Clients that may wait for one and the same question."});
  table.integer("udp_payload", &EdgeSettings::udp_payload,
                {.fallback = "1232",
                 .least = "512",
                 .most = "4096",
                 .doc = "The largest answer put into one datagram, in octets (RFC 9715).",
                 .reload = Reload::kLive});
  table.boolean("debug_payloads", &EdgeSettings::debug_payloads,
                {.fallback = "false",
                 .doc = "Log the octets of queries and answers, at level debug.",
                 .reload = Reload::kLive});
}

}  // namespace

Table<EdgeSettings> settings_table() {
  Table<EdgeSettings> table("The query plane: where clients ask, and whom weir asks for them.");
  add_listening(table);
  add_limits(table);
  table.table("tcp", &EdgeSettings::tcp, tcp_table());
  table.table("cache", &EdgeSettings::cache, cache_table());
  table.table("upstreams", &EdgeSettings::upstreams, upstream_table(),
              {.fallback = R"([{name = "cloudflare", address = "tls://1.1.1.1"},
                               {name = "quad9", address = "tls://9.9.9.9"}])",
               .doc = "The servers that queries are forwarded to, in the order of preference.",
               .most_items = 64,
               .unique = "name"});
  table.table("health", &EdgeSettings::health, health_table());
  table.endpoint("bootstrap", &EdgeSettings::bootstrap,
                 {.fallback = R"(["1.1.1.1:53", "9.9.9.9:53"])",
                  .doc = "Asked, unencrypted, for the addresses of upstreams given by name, and "
                         "for nothing else.",
                  .default_port = 53,
                  .most_items = 16});
  table.check([](const EdgeSettings& edge, Report& report) {
    if (edge.attempt_timeout > edge.query_timeout)
      report.wrong("attempt_timeout", "is above query_timeout");
    if (edge.listen.empty()) report.wrong("listen", "is empty", "at least one address");
    if (edge.upstreams.empty())
      report.wrong_table("has no upstreams", "at least one [[edge.upstreams]]");
  });
  return table;
}

}  // namespace weir::edge
