// The pages of routes: which there are and why, what changed, how neighbours and lists are.
#pragma once

#include <string>

#include "control/query_filter.h"
#include "io/http_server.h"
#include "route/plane.h"

namespace weir::control {

inline constexpr size_t kMostLeases = 10'000;  // of a page

/// `address`, `name`, `set`, `after`, `limit` of a request.
Result<route::LeaseQuery, ParameterError> read_lease_query(const io::HttpRequest& request);

/// {"routes":[{"prefix":…,"set":…,"name":…,"state":"active","left_seconds":…}],"next":…}; `next` is
/// the `after` of the next page, and missing on the last one.
std::string leases_to_json(const route::LeasePage& page);
/// {"changes":[{"number":…,"time":…,"prefix":…,"change":"announced","reason":…,"set":…,"name":…}]}.
std::string changes_to_json(const std::vector<route::ChangeReading>& changes);
/// {"routes":…,"leases":…,"sets":[…],"lists":[…],"peers":[…]}.
std::string plane_to_json(const route::PlaneReading& reading);

/// The pages below /api/v1/routes. `plane` is null when no names are to become routes.
io::HttpResponse answer_leases(route::Plane* plane, const io::HttpRequest& request);
io::HttpResponse answer_changes(route::Plane* plane, const io::HttpRequest& request);
io::HttpResponse answer_state(route::Plane* plane);

}  // namespace weir::control
