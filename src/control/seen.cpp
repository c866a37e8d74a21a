// Requests into questions, rows into lines.
#include "control/seen.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>

#include "base/units.h"
#include "control/json.h"
#include "control/pages.h"
#include "proto/dns/rdata.h"

namespace weir::control {
namespace {

using universe::SeenQuery;

/// Types whose data ends in a name.
constexpr std::array kEndsInName = {dns::Type::kNs, dns::Type::kCname, dns::Type::kPtr,
                                    dns::Type::kMx, dns::Type::kDname, dns::Type::kSrv};

void drop_final_dot(std::string& text) {
  const size_t size = text.size();
  if (size > 1 && text.ends_with('.') && text[size - 2] != ' ' && text[size - 2] != '\\')
    text.pop_back();
}

std::string data_text(const universe::SeenRow& row) {
  std::string text = dns::rdata_to_text({.type = row.type, .klass = row.klass, .rdata = row.rdata});
  if (std::ranges::find(kEndsInName, row.type) != kEndsInName.end()) drop_final_dot(text);
  return text;
}

uint64_t to_epoch(WallTime time) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time.time_since_epoch()).count();
  return static_cast<uint64_t>(std::max<int64_t>(seconds, 0));
}

/// koroz knows five types by name.
std::string koroz_type(dns::Type type) {
  switch (type) {
    case dns::Type::kA:
    case dns::Type::kAaaa:
    case dns::Type::kCname:
    case dns::Type::kMx:
    case dns::Type::kTxt: return dns::to_text(type);
    default: return "Other";
  }
}

std::optional<size_t> read_limit(std::string_view text, size_t most) {
  size_t limit = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), limit);
  if (failed != std::errc() || end != text.data() + text.size() || limit < 1 || limit > most)
    return std::nullopt;
  return limit;
}

Result<Done, ParameterError> read_parameters(const io::HttpRequest& request, SeenQuery& query) {
  for (const auto& [name, value] : request.query) {
    if (name == "type") {
      query.type = dns::type_from_text(value);
      if (!query.type) return ParameterError{name, "expected a type such as AAAA or TYPE65"};
    } else if (name == "limit") {
      const auto limit = read_limit(value, kMostSeenRows);
      if (!limit)
        return ParameterError{name, fmt::format("expected a number, 1 to {}", kMostSeenRows)};
      query.limit = *limit;
    } else if (name == "cursor") {
      query.cursor = value;
    } else {
      return ParameterError{name, "is not known here; there are type, limit and cursor"};
    }
  }
  return Done{};
}

/// What a path may not hold as it stands, in per cent (RFC 3986 §2.1).
std::string escape_path(std::string_view path) {
  std::string escaped;
  for (const char c : path) {
    if (std::isalnum(static_cast<unsigned char>(c)) != 0 ||
        std::string_view("-._~/:").find(c) != std::string_view::npos) {
      escaped.push_back(c);
    } else {
      escaped += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return escaped;
}

std::string next_link(const io::HttpRequest& request, const SeenQuery& query,
                      std::string_view next) {
  std::string link = fmt::format("<{}?limit={}", escape_path(request.path), query.limit);
  if (query.type) link += "&type=" + dns::to_text(*query.type);
  return link + fmt::format("&cursor={}>; rel=\"next\"", next);
}

}  // namespace

std::string cof_line(const universe::SeenRow& row) {
  std::string name = row.name.to_text();
  drop_final_dot(name);
  JsonWriter json;
  json.begin_object().field("rrname", name).field("rrtype", dns::to_text(row.type));
  json.field("rdata", data_text(row)).field("time_first", to_epoch(row.first));
  json.field("time_last", to_epoch(row.last)).field("count", row.count);
  return json.end_object().take();
}

Result<SeenQuery, ParameterError> read_subject(std::string_view text) {
  if (const auto address = IpAddress::parse(text)) return SeenQuery{.of = address->unmapped()};
  const auto name = dns::Name::parse(text);
  if (!name)
    return ParameterError{"name",
                          fmt::format("is neither a name nor an address: {}", name.error().what)};
  return SeenQuery{.of = *name};
}

std::string live_to_json(const std::vector<universe::RecordSet>& sets) {
  JsonWriter json;
  json.begin_array();
  for (const universe::RecordSet& set : sets) {
    std::string name = set.name.to_text();
    drop_final_dot(name);
    for (const universe::SeenRecord& record : set.records) {
      json.begin_object().field("domain_name", name).field("ttl", uint64_t{set.ttl});
      json.field("cls", dns::to_text(set.klass)).field("record_type", koroz_type(set.type));
      json.field("read_from_buffer_ts", format_rfc3339(record.last_seen)).end_object();
    }
  }
  return json.end_array().take();
}

io::HttpResponse SeenPages::answer_name(const io::HttpRequest& request) {
  const auto name = dns::Name::parse(std::string_view(request.path).substr(kNames.size()));
  if (!name) return error_page(400, "expected a name: " + name.error().what, "name");
  return answer(request, SeenQuery{.of = *name});
}

io::HttpResponse SeenPages::answer_address(const io::HttpRequest& request) {
  const auto address = IpAddress::parse(std::string_view(request.path).substr(kAddresses.size()));
  if (!address) return error_page(400, "expected an IPv4 or IPv6 address", "address");
  return answer(request, SeenQuery{.of = address->unmapped()});
}

io::HttpResponse SeenPages::answer(const io::HttpRequest& request, SeenQuery query) {
  if (universe_ == nullptr) return error_page(503, "this is turned off; see universe.enabled");
  if (const auto read = read_parameters(request, query); !read)
    return error_page(400, read.error().message, read.error().parameter);
  const auto page = universe_->find(query);
  if (!page) return error_page(400, page.error().what, "cursor");
  io::HttpResponse response{.content_type = "application/x-ndjson"};
  for (const universe::SeenRow& row : page->rows) response.body += cof_line(row) + "\n";
  if (page->next) response.headers.emplace_back("Link", next_link(request, query, *page->next));
  return response;
}

io::HttpResponse SeenPages::answer_live(const io::HttpRequest&) const {
  if (universe_ == nullptr) return error_page(503, "this is turned off; see universe.enabled");
  return {.content_type = "application/json", .body = live_to_json(universe_->live(kMostLive))};
}

}  // namespace weir::control
