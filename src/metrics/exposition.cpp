// Writing the text format: numbers, escapes, cumulative buckets, quantiles.
#include "metrics/exposition.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace weir::metrics {
namespace {

constexpr std::array kQuantiles = {0.5, 0.9, 0.99};
constexpr std::array<std::string_view, 4> kTypeNames = {"counter", "gauge", "histogram", "summary"};

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// How many octets the UTF-8 sequence at the front has; 0 when it is not one. Overlong forms and
/// surrogates are refused by their second octet (RFC 3629).
size_t sequence_length(std::string_view text) {
  const auto octet = [&](size_t i) { return static_cast<uint8_t>(text[i]); };
  const uint8_t first = octet(0);
  if (first < 0x80) return 1;
  const size_t length = first >= 0xc2 && first < 0xe0   ? 2
                        : first >= 0xe0 && first < 0xf0 ? 3
                        : first >= 0xf0 && first < 0xf5 ? 4
                                                        : 0;
  if (length == 0 || text.size() < length) return 0;
  for (size_t i = 1; i < length; ++i)
    if ((octet(i) & 0xc0) != 0x80) return 0;
  const uint8_t second = octet(1);
  if ((first == 0xe0 && second < 0xa0) || (first == 0xed && second > 0x9f)) return 0;
  if ((first == 0xf0 && second < 0x90) || (first == 0xf4 && second > 0x8f)) return 0;
  return length;
}

/// The format's escapes; an octet that is not UTF-8 becomes the text \xNN, because one such octet
/// would make a scraper refuse the whole page.
void append_escaped(std::string& page, std::string_view text, bool quoted) {
  while (!text.empty()) {
    const size_t length = sequence_length(text);
    if (length == 0) {
      fmt::format_to(std::back_inserter(page), "\\\\x{:02x}", static_cast<uint8_t>(text[0]));
    } else if (text[0] == '\\') {
      page += "\\\\";
    } else if (text[0] == '\n') {
      page += "\\n";
    } else if (text[0] == '"' && quoted) {
      page += "\\\"";
    } else {
      page += text.substr(0, length);
    }
    text.remove_prefix(std::max<size_t>(length, 1));
  }
}

std::string number(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "+Inf" : "-Inf";
  constexpr double kExact = 9007199254740992.0;  // 2^53: whole numbers below it print as such
  if (value == std::trunc(value) && std::abs(value) < kExact)
    return fmt::format("{}", static_cast<int64_t>(value));
  return fmt::format("{}", value);
}

void append_label(std::string& page, char before, std::string_view name, std::string_view value) {
  page += before;
  page += name;
  page += "=\"";
  append_escaped(page, value, true);
  page += '"';
}

struct Extra {
  std::string_view name;
  std::string value;
};

void append_line(std::string& page, std::string_view name, std::string_view suffix,
                 const Labels& labels, const Extra* extra, double value) {
  page += name;
  page += suffix;
  char before = '{';
  for (const auto& [label, text] : labels) {
    append_label(page, before, label, text);
    before = ',';
  }
  if (extra != nullptr) {
    append_label(page, before, extra->name, extra->value);
    before = ',';
  }
  if (before == ',') page += '}';
  page += ' ';
  page += number(value);
  page += '\n';
}

void append_histogram(std::string& page, std::string_view name, const Labels& labels,
                      const Histogram::Reading& reading) {
  uint64_t cumulative = 0;
  for (size_t i = 0; i < reading.buckets.size(); ++i) {
    cumulative += reading.buckets[i];
    const Extra le{"le", i < reading.bounds.size() ? number(reading.bounds[i]) : "+Inf"};
    append_line(page, name, "_bucket", labels, &le, static_cast<double>(cumulative));
  }
}

void append_quantiles(std::string& page, std::string_view name, const Labels& labels,
                      const Histogram::Reading& reading) {
  for (const double fraction : kQuantiles) {
    const Extra quantile{"quantile", number(fraction)};
    append_line(page, name, "", labels, &quantile, reading.quantile(fraction));
  }
}

}  // namespace

bool is_label_name(std::string_view name) {
  return !name.empty() && is_letter(name[0]) && !name.starts_with("__") &&
         std::all_of(name.begin(), name.end(), [](char c) { return is_letter(c) || is_digit(c); });
}

bool is_metric_name(std::string_view name) {
  const auto allowed = [](char c) { return is_letter(c) || is_digit(c) || c == ':'; };
  return !name.empty() && !is_digit(name[0]) && !name.starts_with("__") &&
         std::all_of(name.begin(), name.end(), allowed);
}

void write_family(std::string& page, std::string_view name, std::string_view help, Type type,
                  const Samples& samples) {
  if (samples.empty()) return;
  page += fmt::format("# HELP {} ", name);
  append_escaped(page, help, false);
  page += fmt::format("\n# TYPE {} {}\n", name, kTypeNames[static_cast<size_t>(type)]);
  for (const auto& [labels, sample] : samples) {
    if (const auto* value = std::get_if<double>(&sample)) {
      append_line(page, name, "", labels, nullptr, *value);
      continue;
    }
    const auto& reading = std::get<Histogram::Reading>(sample);
    if (type == Type::kSummary)
      append_quantiles(page, name, labels, reading);
    else
      append_histogram(page, name, labels, reading);
    append_line(page, name, "_sum", labels, nullptr, reading.sum);
    append_line(page, name, "_count", labels, nullptr, static_cast<double>(reading.count));
  }
}

}  // namespace weir::metrics
