// The columns of `weir log`.
#include "app/commands/log_table.h"

#include <fmt/format.h>

#include "base/log.h"
#include "base/units.h"

namespace weir::app {
namespace {

constexpr std::string_view kRed = "\x1b[31m", kYellow = "\x1b[33m", kPlain = "\x1b[0m";
// Time to the millisecond, client, response code, latency, type, where from, name.
constexpr std::string_view kColumns = "{:<24} {:<22} {:<9} {:>8} {:<6} {:<9} {}";

std::string time_text(WallTime time) {
  std::string text = format_rfc3339(time);  // …T23:00:00.123456789Z
  return text.substr(0, text.size() - 7) + "Z";
}

std::string latency_text(const std::optional<Duration>& latency) {
  return latency ? fmt::format("{:.1f}ms", to_seconds(*latency) * 1e3) : "-";
}

std::string outcome(const flow::QueryRow& row) {
  if (row.rcode) return dns::to_text(*row.rcode);
  return model::is_response(row.type) ? "-" : "(query)";
}

std::string_view colour_of(const flow::QueryRow& row) {
  if (!row.rcode || *row.rcode == dns::Rcode::kNoError) return {};
  return *row.rcode == dns::Rcode::kNxDomain ? kYellow : kRed;
}

}  // namespace

std::string log_header() {
  return fmt::format(fmt::runtime(kColumns), "TIME", "CLIENT", "RCODE", "LATENCY", "TYPE", "FROM",
                     "NAME");
}

std::string log_line(const flow::QueryRow& row, bool colour) {
  const bool malformed = row.malformed.code != dns::MalformedCode::kNone;
  const std::string name =
      row.qname.empty() ? (malformed ? "(malformed)" : "-") : log::escape_text(row.qname);
  const std::string from = !row.upstream.empty() ? log::escape_text(row.upstream)
                                                 : std::string(model::to_text(row.answer_source));
  const std::string line =
      fmt::format(fmt::runtime(kColumns), time_text(row.time),
                  row.client ? row.client->to_text() : "-", outcome(row), latency_text(row.latency),
                  row.qname.empty() ? "-" : dns::to_text(row.qtype), from, name);
  const std::string_view paint = colour ? colour_of(row) : std::string_view{};
  return paint.empty() ? line : fmt::format("{}{}{}", paint, line, kPlain);
}

}  // namespace weir::app
