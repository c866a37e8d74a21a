// The list as JSON, and as lines for people.
#include "control/blind_spots.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/units.h"
#include "control/json.h"
#include "control/pages.h"

namespace weir::control {
namespace {

constexpr const char* kJson = "application/json; charset=utf-8";

std::string blind_spots_to_text(const std::vector<flow::BlindSpot>& spots, size_t limit) {
  std::string text;
  for (const flow::BlindSpot& spot : std::span(spots).first(std::min(limit, spots.size())))
    text += fmt::format("{:<39} {:<39} {:<4} {:>8}  {}  {}\n", spot.client.to_text(),
                        spot.server.to_text(), to_text(spot.way), spot.count,
                        format_rfc3339(spot.last), spot.source);
  return text;
}

}  // namespace

std::string blind_spots_to_json(const std::vector<flow::BlindSpot>& spots, size_t limit) {
  const size_t shown = std::min(limit, spots.size());
  JsonWriter json;
  json.begin_object().key("blind_spots").begin_array();
  for (const flow::BlindSpot& spot : std::span(spots).first(shown)) {
    json.begin_object().field("client", spot.client.to_text());
    json.field("server", spot.server.to_text()).field("way", to_text(spot.way));
    json.field("count", spot.count).field("first", format_rfc3339(spot.first));
    json.field("last", format_rfc3339(spot.last)).field("source", spot.source).end_object();
  }
  json.end_array().field("more", uint64_t{spots.size() - shown});
  return json.end_object().take();
}

io::HttpResponse answer_blind_spots(const std::vector<flow::BlindSpot>& spots,
                                    const io::HttpRequest& request) {
  size_t limit = kMostBlindSpots;
  bool text = false;
  for (const auto& [name, value] : request.query) {
    if (name == "limit") {
      const auto [end, failed] = std::from_chars(value.data(), value.data() + value.size(), limit);
      if (failed != std::errc() || end != value.data() + value.size() || limit < 1 ||
          limit > kMostBlindSpots)
        return error_page(400, fmt::format("expected a number, 1 to {}", kMostBlindSpots), name);
    } else if (name == "format") {
      if (value != "text" && value != "json") return error_page(400, "expected text or json", name);
      text = value == "text";
    } else {
      return error_page(400, "is not known here; there are limit and format", name);
    }
  }
  if (text) return {.body = blind_spots_to_text(spots, limit)};
  return {.content_type = kJson, .body = blind_spots_to_json(spots, limit)};
}

}  // namespace weir::control
