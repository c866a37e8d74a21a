// Conditions from words, and rows to JSON.
#include "control/query_filter.h"

#include <algorithm>
#include <array>
#include <functional>
#include <utility>

#include "base/units.h"

namespace weir::control {
namespace {

constexpr std::array<std::string_view, 7> kConditions = {"name",    "client", "type", "rcode",
                                                         "message", "since",  "until"};

using Outcome = Result<Done, ParameterError>;

template <typename T>
Outcome keep(std::optional<T>& place, std::optional<T> value, std::string_view parameter,
             std::string_view expected) {
  if (!value) return ParameterError{std::string(parameter), "expected " + std::string(expected)};
  place = std::move(value);
  return Done{};
}

std::optional<WallTime> read_time(std::string_view text, WallTime now) {
  if (const auto ago = parse_duration(text)) return now - *ago;
  return parse_rfc3339(text);
}

std::optional<dns::Name> read_name(std::string_view text) {
  auto name = dns::Name::parse(text);
  return name ? std::optional(*name) : std::nullopt;
}

}  // namespace

Outcome set_condition(flow::QueryFilter& filter, std::string_view name, std::string_view value,
                      WallTime now) {
  if (name == "name") return keep(filter.within, read_name(value), name, "a domain name");
  if (name == "client")
    return keep(filter.client, Prefix::parse(value), name,
                "an address or a network like 192.0.2.0/24");
  if (name == "type")
    return keep(filter.qtype, dns::type_from_text(value), name,
                "a record type like AAAA or TYPE65");
  if (name == "rcode")
    return keep(filter.rcode, dns::rcode_from_text(value), name, "a response code like NXDOMAIN");
  if (name == "message")
    return keep(filter.type, model::message_type_from_text(value), name,
                "a message type like CLIENT_RESPONSE");
  constexpr std::string_view kTime = "a time like 2026-11-20T23:00:00Z, or a duration ago like 1h";
  if (name == "since") return keep(filter.since, read_time(value, now), name, kTime);
  if (name == "until") return keep(filter.until, read_time(value, now), name, kTime);
  std::string message = "there is no such parameter";
  if (const std::string_view near = nearest(name, kConditions); !near.empty())
    message += "; did you mean " + std::string(near) + "?";
  return ParameterError{std::string(name), std::move(message)};
}

void sort_newest_first(flow::QueryPage& page) {
  std::ranges::sort(page.rows, std::greater{},
                    [](const flow::QueryRow& row) { return std::pair(row.time, row.id); });
}

void write_row(JsonWriter& json, const flow::QueryRow& row) {
  json.begin_object().field("id", static_cast<uint64_t>(row.id));
  json.field("time", format_rfc3339(row.time)).field("message", model::to_text(row.type));
  json.field("protocol", model::to_text(row.protocol)).field("source", model::to_text(row.source));
  if (row.client) json.field("client", row.client->to_text());
  if (row.server) json.field("server", row.server->to_text());
  if (!row.qname.empty()) {
    json.field("name", row.qname).field("type", dns::to_text(row.qtype));
    json.field("class", dns::to_text(row.qclass));
  }
  if (row.rcode) json.field("rcode", dns::to_text(*row.rcode));
  json.field("flags", uint64_t{row.flags}).field("size", uint64_t{row.size_octets});
  if (row.latency) json.field("latency_ms", static_cast<double>(row.latency->count()) / 1e6);
  if (row.answer_source != model::AnswerSource::kNone)
    json.field("answered_from", model::to_text(row.answer_source));
  if (!row.upstream.empty()) json.field("upstream", row.upstream);
  if (row.malformed.code != dns::MalformedCode::kNone) {
    json.field("malformed", dns::to_text(row.malformed.code));
    json.field("malformed_offset", uint64_t{row.malformed.offset});
  }
  json.end_object();
}

}  // namespace weir::control
