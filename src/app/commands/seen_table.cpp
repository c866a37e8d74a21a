// The columns of `weir seen`.
#include "app/commands/seen_table.h"

#include <fmt/format.h>

#include "base/log.h"
#include "base/units.h"
#include "proto/dns/rdata.h"

namespace weir::app {
namespace {

// First and last time, how often, TTL, type, name, data.
constexpr std::string_view kColumns = "{:<20} {:<20} {:>9} {:>7} {:<8} {} {}";

std::string time_text(WallTime time) {
  const std::string text = format_rfc3339(time);  // …T23:00:00.000000000Z
  return text.substr(0, text.find('.')) + "Z";
}

}  // namespace

std::string seen_header() {
  return fmt::format(fmt::runtime(kColumns), "FIRST", "LAST", "COUNT", "TTL", "TYPE", "NAME",
                     "DATA");
}

std::string seen_line(const universe::SeenRow& row) {
  const std::string data =
      dns::rdata_to_text({.type = row.type, .klass = row.klass, .rdata = row.rdata});
  return fmt::format(fmt::runtime(kColumns), time_text(row.first), time_text(row.last), row.count,
                     row.ttl, dns::to_text(row.type), log::escape_text(row.name.to_text()),
                     log::escape_text(data));
}

}  // namespace weir::app
