// What the operator may say about the query plane, as plain values. settings.cpp has the table that
// reads them from TOML, with ranges, defaults and one sentence each.
#pragma once

#include <string>
#include <vector>

#include "base/clock.h"
#include "base/endpoint.h"

namespace weir::edge {

struct TcpSettings {
  Duration first_octet_timeout{};  // a connection that never asks
  Duration idle_timeout{};         // between queries (RFC 7766 §6.2.3)
  size_t max_connections = 0;      // in all
  size_t max_connections_per_client = 0;
  size_t max_in_flight = 0;  // unanswered queries on one connection
};

struct CacheSettings {
  size_t size_octets = 0;  // 0: no cache
  Duration max_ttl{};
  Duration max_negative_ttl{};  // RFC 2308
  Duration failure_ttl{};       // first failure; doubles up to max_failure_ttl (RFC 9520)
  Duration max_failure_ttl{};
  size_t max_entry_octets = 0;
};

enum class UpstreamProtocol { kUdp, kTcp, kTls };

struct UpstreamTlsSettings {
  std::string subject_name;       // empty: from the address
  std::string ca_file;            // empty: the system's trust
  std::vector<std::string> pins;  // SHA-256 of the public key
  bool pins_only = false;
};

struct UpstreamSettings {
  std::string name;            // for logs, metrics and observations; empty: the address
  std::string address;         // tls://1.1.1.1, tls://dns.example:853, udp://…, tcp://…
  size_t max_connections = 0;  // in all shards together
  size_t max_in_flight = 0;    // unanswered queries on one connection
  Duration idle_timeout{};     // we close a connection that was not used for so long
  bool prewarm = true;         // connect before the first query
  UpstreamTlsSettings tls;
};

struct HealthSettings {
  Duration interval{};
  Duration timeout{};
  unsigned max_failures = 0;  // failures in a row until down
  unsigned rise = 0;          // successes in a row until up
  std::string qname;
};

struct EdgeSettings {
  std::vector<Endpoint> listen;
  unsigned threads = 0;            // 0: one a processor
  std::vector<Prefix> allow;       // whom we answer
  bool refuse_with_rcode = false;  // strangers get REFUSED instead of silence
  Duration query_timeout{};        // from question to answer, whatever happens in between
  Duration attempt_timeout{};      // for one upstream
  size_t max_queries = 0;          // in flight, per thread
  size_t max_waiting = 0;          // clients waiting for one question
  uint16_t udp_payload = 0;        // octets we put into one datagram (RFC 9715)
  bool debug_payloads = false;     // log octets of queries and answers
  TcpSettings tcp;
  CacheSettings cache;
  std::vector<UpstreamSettings> upstreams;
  HealthSettings health;
  std::vector<Endpoint> bootstrap;  // asked in plain for the addresses of upstreams given by name
};

}  // namespace weir::edge
