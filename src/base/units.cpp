// Reading and printing durations, sizes and times of day; edit distance for "did you mean".
#include "base/units.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <ctime>
#include <limits>
#include <vector>

namespace weir {
namespace {

struct Unit {
  std::string_view name;
  uint64_t factor;
};

constexpr std::array kDurations = {
    Unit{"w", 604'800'000'000'000}, Unit{"d", 86'400'000'000'000}, Unit{"h", 3'600'000'000'000},
    Unit{"m", 60'000'000'000},      Unit{"s", 1'000'000'000},      Unit{"ms", 1'000'000},
    Unit{"us", 1'000},              Unit{"ns", 1}};
constexpr std::array kSizes = {
    Unit{"TiB", 1ULL << 40}, Unit{"GiB", 1ULL << 30}, Unit{"MiB", 1ULL << 20},
    Unit{"KiB", 1ULL << 10}, Unit{"TB", 1'000'000'000'000}, Unit{"GB", 1'000'000'000},
    Unit{"MB", 1'000'000},   Unit{"kB", 1'000},       Unit{"B", 1}};

std::optional<uint64_t> parse_with_unit(std::string_view text, std::span<const Unit> units,
                                        bool bare) {
  uint64_t number = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failed != std::errc{}) return std::nullopt;
  std::string_view name = text.substr(static_cast<size_t>(end - text.data()));
  while (name.starts_with(' ')) name.remove_prefix(1);
  if (name.empty()) return bare || number == 0 ? std::optional(number) : std::nullopt;
  for (const Unit& unit : units) {
    if (unit.name != name) continue;
    if (number > std::numeric_limits<uint64_t>::max() / unit.factor) return std::nullopt;
    return number * unit.factor;
  }
  return std::nullopt;
}

std::string format_with_unit(uint64_t value, std::span<const Unit> units) {
  for (const Unit& unit : units)
    if (value % unit.factor == 0) return std::to_string(value / unit.factor) + std::string(unit.name);
  return std::to_string(value);
}

size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t substitute = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, substitute});
    }
  }
  return row[b.size()];
}

}  // namespace

std::optional<Duration> parse_duration(std::string_view text) {
  const auto value = parse_with_unit(text, kDurations, false);
  if (!value || *value > static_cast<uint64_t>(std::numeric_limits<int64_t>::max()))
    return std::nullopt;
  return Duration(static_cast<int64_t>(*value));
}

std::string format_duration(Duration duration) {
  if (duration.count() == 0) return "0s";
  if (duration.count() < 0) return "-" + format_duration(-duration);
  return format_with_unit(static_cast<uint64_t>(duration.count()), kDurations);
}

std::optional<uint64_t> parse_size(std::string_view text) {
  return parse_with_unit(text, kSizes, true);
}

std::string format_size(uint64_t octets) {
  if (octets == 0) return "0B";
  for (const Unit& unit : std::span(kSizes).first(4))
    if (octets % unit.factor == 0) return format_with_unit(octets, {&unit, 1});
  return std::to_string(octets) + "B";
}

std::string_view nearest(std::string_view word, std::span<const std::string_view> candidates) {
  std::string_view best;
  size_t least = std::max<size_t>(1, word.size() / 3) + 1;
  for (const std::string_view candidate : candidates) {
    const size_t distance = edit_distance(word, candidate);
    if (distance < least) {
      least = distance;
      best = candidate;
    }
  }
  return best;
}

std::string format_rfc3339(WallTime time) {
  const auto whole = std::chrono::floor<std::chrono::seconds>(time);
  const time_t seconds = whole.time_since_epoch().count();
  const auto fraction = static_cast<int>((time - whole).count());
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  std::array<char, 80> text{};
  std::snprintf(text.data(), text.size(), "%04d-%02d-%02dT%02d:%02d:%02d.%09dZ",
                parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min,
                parts.tm_sec, fraction);
  return text.data();
}

std::optional<WallTime> parse_rfc3339(std::string_view text) {
  const std::string copy(text);
  std::tm parts{};
  const char* rest = strptime(copy.c_str(), "%Y-%m-%dT%H:%M:%S", &parts);
  if (rest == nullptr) return std::nullopt;
  int64_t fraction = 0;
  if (*rest == '.') {
    int64_t scale = 100'000'000;
    for (++rest; *rest >= '0' && *rest <= '9'; ++rest, scale /= 10) fraction += (*rest - '0') * scale;
  }
  int64_t offset = 0;
  if (*rest == '+' || *rest == '-') {
    int hours = 0;
    int minutes = 0;
    if (std::sscanf(rest + 1, "%2d:%2d", &hours, &minutes) != 2) return std::nullopt;
    offset = (*rest == '-' ? -1 : 1) * (hours * 3600 + minutes * 60);
    rest += 6;
  } else if (*rest == 'Z' || *rest == 'z') {
    ++rest;
  } else {
    return std::nullopt;
  }
  if (*rest != '\0') return std::nullopt;
  return wall_time((timegm(&parts) - offset) * 1'000'000'000 + fraction);
}

}  // namespace weir
