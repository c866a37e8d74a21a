// The page /api/v1/queries: what was asked, newest first, from the embedded store.
#pragma once

#include <memory>
#include <string>

#include "base/clock.h"
#include "control/query_filter.h"
#include "io/http_server.h"

namespace weir::control {

/// A request for a page: conditions, how many rows, and where it begins.
struct QueryRequest {
  flow::QueryFilter filter;
  size_t limit = 100;
  std::optional<int64_t> cursor;
};
inline constexpr size_t kMostRows = 1000;

Result<QueryRequest, ParameterError> read_query_request(const io::HttpRequest& request,
                                                        WallTime now);
std::string page_to_json(const flow::QueryPage& page);

/// Answers the page. The store is opened when it is first asked for; used by one thread.
class QueriesPage {
 public:
  /// `store_path` is empty when there is no store.
  QueriesPage(std::string store_path, const Clock& clock)
      : store_path_(std::move(store_path)), clock_(clock) {}
  io::HttpResponse answer(const io::HttpRequest& request);

 private:
  std::string store_path_;
  const Clock& clock_;
  std::unique_ptr<flow::StoreReader> reader_;
};

}  // namespace weir::control
