// Translates the planes' own words.
#include "app/readings.h"

#include <sys/stat.h>

namespace weir::app {
namespace {

std::string_view to_text(edge::UpstreamProtocol protocol) {
  switch (protocol) {
    case edge::UpstreamProtocol::kUdp: return "udp";
    case edge::UpstreamProtocol::kTcp: return "tcp";
    case edge::UpstreamProtocol::kTls: return "tls";
  }
  return "?";
}

control::LedgerStatus read_account(std::string_view kind, const flow::Account& account) {
  control::LedgerStatus line{.kind = std::string(kind), .name = account.name};
  line.received = account.received;
  line.delivered = account.passed_on;
  line.in_flight = account.in_flight;
  line.withheld = account.withheld;
  for (const flow::Dropped& dropped : account.dropped)
    line.dropped.push_back(
        {std::string(dropped.stage), std::string(dropped.reason), dropped.count});
  return line;
}

uint64_t file_size(const std::string& path) {
  struct stat info{};
  return ::stat(path.c_str(), &info) == 0 ? static_cast<uint64_t>(info.st_size) : 0;
}

}  // namespace

std::vector<control::UpstreamStatus> read_upstreams(const edge::Plane& edge) {
  std::vector<control::UpstreamStatus> all;
  for (const auto& state : edge.upstreams()) {
    control::UpstreamStatus upstream{.name = state->name,
                                     .address = state->settings.address,
                                     .protocol = std::string(to_text(state->protocol)),
                                     .up = state->up.load(),
                                     .proven = state->proven.load(),
                                     .queries = state->queries->value(),
                                     .replies = state->replies->value()};
    for (size_t i = 0; i < edge::kAskFailures; ++i) {
      const uint64_t count = state->connection_failures[i]->value() + state->failures[i]->value();
      if (count > 0)
        upstream.failures.emplace_back(edge::to_text(static_cast<edge::AskFailure>(i)), count);
    }
    if (const uint8_t trouble = state->trouble.load(); trouble < edge::kAskFailures)
      upstream.reason = edge::to_text(static_cast<edge::AskFailure>(trouble));
    all.push_back(std::move(upstream));
  }
  return all;
}

std::vector<control::LedgerStatus> read_ledger(const flow::Plane& flow) {
  std::vector<control::LedgerStatus> lines;
  const flow::PlaneReading reading = flow.read();
  for (const flow::Account& account : reading.sources)
    lines.push_back(read_account("source", account));
  for (const flow::Account& account : reading.sinks) lines.push_back(read_account("sink", account));
  return lines;
}

control::StoreStatus read_store(const flow::Plane& flow) {
  control::StoreStatus store;
  store.path = flow.store_path();
  store.enabled = !store.path.empty();
  if (!store.enabled) return store;
  store.working = true;
  store.size_octets = file_size(store.path) + file_size(store.path + "-wal");
  for (const flow::LaneReading& lane : flow.read().lanes) {
    if (lane.name != "store" || lane.last_error.empty()) continue;
    store.working = false;
    store.reason = lane.last_error;
  }
  return store;
}

control::CacheStatus read_cache(const edge::Plane& edge) {
  const edge::AnswerCache::Statistics cache = edge.cache_statistics();
  return {cache.entries, cache.used_octets, edge.cache_hits(), edge.cache_misses()};
}

}  // namespace weir::app
