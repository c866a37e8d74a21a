// The words by which people and programs ask the store, read into a filter. The HTTP API and `weir
// log` share them, so that both understand and refuse the same.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.h"
#include "control/json.h"
#include "flow/plane.h"

namespace weir::control {

/// Which parameter is wrong, and what was expected.
struct ParameterError {
  std::string parameter;
  std::string message;
};

/// Sets one condition: name, client, type, rcode, message, since, until. Times are RFC 3339, or a
/// duration before `now`. Unknown names are errors.
Result<Done, ParameterError> set_condition(flow::QueryFilter& filter, std::string_view name,
                                           std::string_view value, WallTime now);

/// The rows of a page by time, newest first. The store has them in the order in which threads
/// handed them over, which is nearly the same.
void sort_newest_first(flow::QueryPage& page);

/// One stored row as an object.
void write_row(JsonWriter& json, const flow::QueryRow& row);

}  // namespace weir::control
