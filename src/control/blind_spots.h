// The page of DNS that passes by the resolvers: who asks whom else, and how.
#pragma once

#include <string>
#include <vector>

#include "flow/plane.h"
#include "io/http_server.h"

namespace weir::control {

inline constexpr size_t kMostBlindSpots = 10'000;  // of a page

/// {"blind_spots":[{"client":…,"server":…,"way":"udp","count":…,"first":…,"last":…,"source":…}],
/// "more":…}; `more` is how many the page has no room for. Times are RFC 3339.
std::string blind_spots_to_json(const std::vector<flow::BlindSpot>& spots, size_t limit);
/// `limit`, and `format=text` for people.
io::HttpResponse answer_blind_spots(const std::vector<flow::BlindSpot>& spots,
                                    const io::HttpRequest& request);

}  // namespace weir::control
