// The pages of what has been seen: records of a name and names of an address in the Passive DNS
// Common Output Format (draft-dulaunoy-dnsop-passive-dns-cof), and /universe as koroz has it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "control/query_filter.h"
#include "io/http_server.h"
#include "universe/plane.h"

namespace weir::control {

inline constexpr size_t kMostSeenRows = 1000;
/// Objects of /universe, at most.
inline constexpr size_t kMostLive = 20'000;

/// One line of the format, without its end: {"rrname":…,"rrtype":…,"rdata":…,"time_first":…,
/// "time_last":…,"count":…}. Names have no final dot, times are seconds since 1970.
std::string cof_line(const universe::SeenRow& row);
/// A name in presentation form, or an address; what was expected when it is neither.
Result<universe::SeenQuery, ParameterError> read_subject(std::string_view text);
/// A JSON array, an object a record: domain_name, ttl, cls, record_type, read_from_buffer_ts.
std::string live_to_json(const std::vector<universe::RecordSet>& sets);

/// Used by one thread.
class SeenPages {
 public:
  /// Null when the universe is off.
  explicit SeenPages(universe::Plane* universe) : universe_(universe) {}

  static constexpr std::string_view kNames = "/api/v1/names/";
  static constexpr std::string_view kAddresses = "/api/v1/addresses/";
  /// A line a record; a further page is named by `Link: <…>; rel="next"` (RFC 8288).
  io::HttpResponse answer_name(const io::HttpRequest& request);
  io::HttpResponse answer_address(const io::HttpRequest& request);
  io::HttpResponse answer_live(const io::HttpRequest& request) const;

 private:
  io::HttpResponse answer(const io::HttpRequest& request, universe::SeenQuery query);
  universe::Plane* universe_;
};

}  // namespace weir::control
