// Names of kinds, and printing values so that reading gives the same value again.
#include "config/value.h"

#include <fmt/format.h>

#include <array>

#include "base/units.h"
#include "config/node.h"

namespace weir::config {
namespace {

struct Row {
  std::string_view name;
  std::string_view phrase;
  bool string;
};

/// In the order of Kind.
constexpr std::array<Row, 11> kKinds = {{
    {"boolean", "true or false", false},
    {"whole number", "a whole number", false},
    {"number", "a number", false},
    {"duration", "a duration such as \"30s\"", true},
    {"size", "a size such as \"64MiB\"", true},
    {"text", "a text in quotes", true},
    {"path", "a path in quotes", true},
    {"choice", "a word", true},
    {"endpoint", "an address with port such as \"192.0.2.1:53\" or \"[2001:db8::1]:53\"", true},
    {"network", "a network such as \"192.0.2.0/24\" or \"2001:db8::/32\"", true},
    {"table", "a table", false},
}};

const Row& row(Kind kind) { return kKinds[static_cast<size_t>(kind)]; }

struct Plain {
  std::string operator()(bool value) const { return value ? "true" : "false"; }
  std::string operator()(int64_t value) const { return std::to_string(value); }
  std::string operator()(double value) const { return fmt::format("{}", value); }
  std::string operator()(Duration value) const { return format_duration(value); }
  std::string operator()(uint64_t value) const { return format_size(value); }
  std::string operator()(const std::string& value) const { return value; }
  std::string operator()(const Endpoint& value) const { return value.to_text(); }
  std::string operator()(const Prefix& value) const { return value.to_text(); }
};

}  // namespace

std::string_view phrase(Kind kind) { return row(kind).phrase; }
std::string_view name(Kind kind) { return row(kind).name; }
bool is_string(Kind kind) { return row(kind).string; }

std::string to_plain(const Scalar& scalar) { return std::visit(Plain{}, scalar); }

std::string to_toml(const Scalar& scalar) {
  const bool bare = std::holds_alternative<bool>(scalar) ||
                    std::holds_alternative<int64_t>(scalar) ||
                    std::holds_alternative<double>(scalar);
  return bare ? to_plain(scalar) : toml_string(to_plain(scalar));
}

std::string to_toml(const Value& value, Count count) {
  if (count != Count::kList) return value.empty() ? "" : to_toml(value[0]);
  std::string text = "[";
  for (const Scalar& scalar : value) text += (text.size() > 1 ? ", " : "") + to_toml(scalar);
  return text + "]";
}

}  // namespace weir::config
