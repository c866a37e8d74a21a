// Reading and printing durations, sizes and times of day; edit distance for "did you mean".
#include "base/units.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <vector>

namespace weir {
namespace {

struct Unit {
  std::string_view name;
  uint64_t factor;
};

constexpr std::array kDurations = {Unit{"w", 604'800'000'000'000},
                                   Unit{"d", 86'400'000'000'000},
                                   Unit{"h", 3'600'000'000'000},
                                   Unit{"m", 60'000'000'000},
                                   Unit{"s", 1'000'000'000},
                                   Unit{"ms", 1'000'000},
                                   Unit{"us", 1'000},
                                   Unit{"ns", 1}};
constexpr std::array kSizes = {Unit{"TiB", 1ULL << 40},
                               Unit{"GiB", 1ULL << 30},
                               Unit{"MiB", 1ULL << 20},
                               Unit{"KiB", 1ULL << 10},
                               Unit{"TB", 1'000'000'000'000},
                               Unit{"GB", 1'000'000'000},
                               Unit{"MB", 1'000'000},
                               Unit{"kB", 1'000},
                               Unit{"B", 1}};

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
    if (value % unit.factor == 0)
      return std::to_string(value / unit.factor) + std::string(unit.name);
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

/// Reads fixed text from the front; after the first mistake it only remembers that there was one.
class TextCursor {
 public:
  explicit TextCursor(std::string_view rest) : rest_(rest) {}

  bool accept(std::string_view one_of) {
    if (rest_.empty() || one_of.find(rest_[0]) == std::string_view::npos) return false;
    rest_.remove_prefix(1);
    return true;
  }
  void expect(std::string_view one_of) { ok_ = accept(one_of) && ok_; }
  int64_t digits(int count) {
    int64_t value = 0;
    for (; count > 0; --count) {
      const int digit = rest_.empty() ? -1 : rest_[0] - '0';
      if (digit < 0 || digit > 9) {
        ok_ = false;
        return 0;
      }
      value = value * 10 + digit;
      rest_.remove_prefix(1);
    }
    return value;
  }
  /// Nanoseconds of a decimal fraction; what is finer is read and dropped.
  int64_t fraction() {
    int64_t value = digits(1) * 100'000'000;
    for (int64_t scale = 10'000'000; !rest_.empty() && rest_[0] >= '0' && rest_[0] <= '9';
         scale /= 10)
      value += digits(1) * scale;
    return value;
  }
  /// Z, +hh:mm or -hh:mm.
  int64_t zone_seconds() {
    if (accept("Zz")) return 0;
    const bool west = accept("-");
    if (!west) expect("+");
    const int64_t hours = digits(2);
    expect(":");
    const int64_t minutes = digits(2);
    if (hours > 23 || minutes > 59) ok_ = false;
    return (west ? -1 : 1) * (hours * 3'600 + minutes * 60);
  }
  bool finished() const { return ok_ && rest_.empty(); }

 private:
  std::string_view rest_;
  bool ok_ = true;
};

}  // namespace

std::optional<Duration> parse_duration(std::string_view text) {
  const auto value = parse_with_unit(text, kDurations, false);
  if (!value || *value > static_cast<uint64_t>(std::numeric_limits<int64_t>::max()))
    return std::nullopt;
  return Duration(static_cast<int64_t>(*value));
}

std::string format_duration(Duration duration) {
  if (duration.count() == 0) return "0s";
  const auto count = static_cast<uint64_t>(duration.count());
  if (duration.count() < 0) return "-" + format_with_unit(-count, kDurations);
  return format_with_unit(count, kDurations);
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
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(time - day);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:09}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     clock.hours().count(), clock.minutes().count(), clock.seconds().count(),
                     clock.subseconds().count());
}

std::optional<WallTime> parse_rfc3339(std::string_view text) {
  TextCursor at(text);
  const int64_t year = at.digits(4);
  at.expect("-");
  const int64_t month = at.digits(2);
  at.expect("-");
  const int64_t day = at.digits(2);
  at.expect("Tt ");
  const int64_t hour = at.digits(2);
  at.expect(":");
  const int64_t minute = at.digits(2);
  at.expect(":");
  const int64_t second = at.digits(2);
  const int64_t fraction = at.accept(".") ? at.fraction() : 0;
  const int64_t offset = at.zone_seconds();
  const auto date = std::chrono::year(static_cast<int>(year)) /
                    std::chrono::month(static_cast<unsigned>(month)) /
                    std::chrono::day(static_cast<unsigned>(day));
  if (!at.finished() || !date.ok() || hour > 23 || minute > 59 || second > 60) return std::nullopt;
  // What 64 bits of nanoseconds hold with room for the offset: RFC 3339 goes further.
  if (year < 1678 || year > 2261) return std::nullopt;
  const int64_t days = std::chrono::sys_days(date).time_since_epoch().count();
  const int64_t seconds = days * 86'400 + hour * 3'600 + minute * 60 + second - offset;
  return wall_time(seconds * 1'000'000'000 + fraction);
}

}  // namespace weir
