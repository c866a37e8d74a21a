// The reasons against a list, the gravest first.
#include "names/guard.h"

namespace weir::names {

std::string_view to_text(Rejection rejection) {
  switch (rejection) {
    case Rejection::kMarkup: return "markup";
    case Rejection::kEmpty: return "empty";
    case Rejection::kErrors: return "errors";
    case Rejection::kChange: return "change";
  }
  return "unknown";
}

std::optional<Rejection> reject(const Reading& fresh, std::optional<size_t> in_use,
                                const GuardLimits& limits) {
  if (fresh.is_markup) return Rejection::kMarkup;
  if (fresh.list.size() == 0 && fresh.list.inclusions().empty()) return Rejection::kEmpty;
  const auto lines = static_cast<double>(fresh.lines);
  if (static_cast<double>(fresh.refused_total()) > lines * limits.most_refused)
    return Rejection::kErrors;
  if (!in_use) return std::nullopt;
  const auto before = static_cast<double>(*in_use);
  const auto after = static_cast<double>(fresh.list.size());
  const double change = after > before ? after - before : before - after;
  if (change <= static_cast<double>(limits.small_change)) return std::nullopt;
  if (change > before * limits.most_change) return Rejection::kChange;
  return std::nullopt;
}

}  // namespace weir::names
