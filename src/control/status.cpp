// The status and readiness documents.
#include "control/status.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/units.h"
#include "control/json.h"

namespace weir::control {
namespace {

using Counts = std::vector<std::pair<std::string, uint64_t>>;

void write_counts(JsonWriter& json, std::string_view key, const Counts& counts) {
  json.key(key).begin_object();
  for (const auto& [name, count] : counts) json.field(name, count);
  json.end_object();
}

void write_upstreams(JsonWriter& json, const Status& status) {
  json.key("upstreams").begin_array();
  for (const UpstreamStatus& upstream : status.upstreams) {
    json.begin_object().field("name", upstream.name).field("address", upstream.address);
    json.field("protocol", upstream.protocol).field("up", upstream.up);
    json.field("proven", upstream.proven).field("queries", upstream.queries);
    json.field("replies", upstream.replies);
    if (!upstream.reason.empty()) json.field("reason", upstream.reason);
    write_counts(json, "failures", upstream.failures);
    json.end_object();
  }
  json.end_array();
}

void write_store(JsonWriter& json, const StoreStatus& store) {
  json.key("store").begin_object().field("enabled", store.enabled).field("working", store.working);
  if (store.enabled) json.field("path", store.path);
  if (store.enabled) json.field("size_octets", store.size_octets);
  if (!store.reason.empty()) json.field("reason", store.reason);
  json.end_object();
}

void write_lines(JsonWriter& json, std::string_view key, const std::vector<std::string>& lines) {
  json.key(key).begin_array();
  for (const std::string& line : lines) json.text(line);
  json.end_array();
}

void write_ledger(JsonWriter& json, const Status& status) {
  json.key("ledger").begin_array();
  for (const LedgerStatus& line : status.ledger) {
    json.begin_object().field("kind", line.kind).field("name", line.name);
    json.field("received", line.received).field("delivered", line.delivered);
    json.field("in_flight", line.in_flight);
    if (line.withheld > 0) json.field("withheld", line.withheld);
    json.key("dropped").begin_array();
    for (const LossStatus& loss : line.dropped) {
      json.begin_object().field("stage", loss.stage).field("reason", loss.reason);
      json.field("count", loss.count).end_object();
    }
    json.end_array().end_object();
  }
  json.end_array();
}

std::string why_down(const UpstreamStatus& upstream) {
  std::string why =
      fmt::format("upstream {} ({}) does not answer", upstream.name, upstream.address);
  if (!upstream.reason.empty()) {
    why += ": " + upstream.reason;
  } else if (!upstream.failures.empty()) {
    why +=
        ": " +
        std::max_element(upstream.failures.begin(), upstream.failures.end(), [](auto& a, auto& b) {
          return a.second < b.second;
        })->first;
  }
  return why;
}

}  // namespace

std::vector<std::string> Status::reasons_not_ready() const {
  std::vector<std::string> reasons;
  const bool one_works = std::any_of(upstreams.begin(), upstreams.end(),
                                     [](auto& upstream) { return upstream.up && upstream.proven; });
  if (!one_works) {
    if (upstreams.empty()) reasons.emplace_back("no upstream is configured");
    for (const UpstreamStatus& upstream : upstreams)
      reasons.push_back(upstream.up && !upstream.proven && upstream.reason.empty()
                            ? fmt::format("upstream {} ({}) has not answered yet", upstream.name,
                                          upstream.address)
                            : why_down(upstream));
  }
  return reasons;
}

std::string status_to_json(const Status& status) {
  JsonWriter json;
  json.begin_object().field("version", status.version);
  json.field("started", format_rfc3339(status.started));
  json.field("uptime_seconds", to_seconds(status.uptime));
  json.field("ready", status.reasons_not_ready().empty());
  write_lines(json, "listeners", status.listeners);
  write_upstreams(json, status);
  write_store(json, status.store);
  write_lines(json, "degraded", status.degraded);
  write_ledger(json, status);
  json.key("cache").begin_object().field("entries", status.cache.entries);
  json.field("size_octets", status.cache.size_octets).field("hits", status.cache.hits);
  json.field("misses", status.cache.misses).end_object();
  return json.end_object().take() + "\n";
}

std::string readiness_to_json(const Status& status) {
  const std::vector<std::string> reasons = status.reasons_not_ready();
  JsonWriter json;
  json.begin_object().field("ready", reasons.empty());
  write_lines(json, "reasons", reasons);
  write_upstreams(json, status);
  write_store(json, status.store);
  write_lines(json, "degraded", status.degraded);
  return json.end_object().take() + "\n";
}

}  // namespace weir::control
