// Reading scalars and lists by kind, checking ranges, and guessing what was meant.
#include "config/read.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/units.h"

namespace weir::config {
namespace {

template <typename T>
std::optional<Scalar> lifted(const std::optional<T>& value) {
  if (!value) return std::nullopt;
  return Scalar(*value);
}

std::optional<Scalar> from_string(const Field& field, const std::string& text) {
  switch (field.kind) {
    case Kind::kDuration: return lifted(parse_duration(text));
    case Kind::kSize: return lifted(parse_size(text));
    case Kind::kEndpoint: return lifted(Endpoint::parse(text, field.spec.default_port));
    case Kind::kPrefix: return lifted(Prefix::parse(text));
    case Kind::kChoice:
      if (std::find(field.words.begin(), field.words.end(), text) == field.words.end())
        return std::nullopt;
      return Scalar(text);
    case Kind::kText:
      if (field.is_good && !field.is_good(text)) return std::nullopt;
      return Scalar(text);
    case Kind::kPath:
      if (text.empty() || text.find('\0') != std::string::npos) return std::nullopt;
      return Scalar(text);
    default: return std::nullopt;
  }
}

std::optional<Scalar> from_node(const Field& field, const Node& node) {
  if (const auto* text = node.get<std::string>()) return from_string(field, *text);
  const auto* whole = node.get<int64_t>();
  switch (field.kind) {
    case Kind::kBoolean:
      if (const auto* value = node.get<bool>()) return Scalar(*value);
      return std::nullopt;
    case Kind::kInteger:
      if (whole != nullptr) return Scalar(*whole);
      return std::nullopt;
    case Kind::kNumber:
      if (whole != nullptr) return Scalar(static_cast<double>(*whole));
      if (const auto* value = node.get<double>(); value != nullptr && std::isfinite(*value))
        return Scalar(*value);
      return std::nullopt;
    default: return std::nullopt;
  }
}

bool in_range(const Field& field, const Scalar& value) {
  const bool length = field.kind == Kind::kText || field.kind == Kind::kPath;
  const Scalar measure =
      length ? Scalar(static_cast<int64_t>(std::get<std::string>(value).size())) : value;
  return (!field.least || *field.least <= measure) && (!field.most || measure <= *field.most);
}

/// What was probably meant by a value of the wrong sort; empty when there is no telling.
std::string guess(const Field& field, const Node& node) {
  const auto* text = node.get<std::string>();
  const auto* whole = node.get<int64_t>();
  if (field.kind == Kind::kChoice && text != nullptr) {
    const std::vector<std::string_view> words(field.words.begin(), field.words.end());
    const std::string_view best = nearest(*text, words);
    return best.empty() ? "" : toml_string(best);
  }
  Node other = node;
  if (text != nullptr && !is_string(field.kind)) {
    if (auto bare = parse_value(*text, "")) other = *std::move(bare);
  } else if (whole != nullptr && is_string(field.kind)) {
    other.value = std::to_string(*whole) + (field.kind == Kind::kDuration ? "s" : "");
  } else if (text != nullptr && field.kind == Kind::kDuration) {
    other.value = *text + "s";
  }
  const auto value = from_node(field, other);
  return value && in_range(field, *value) ? to_toml(*value) : "";
}

std::optional<Scalar> read_scalar(const Field& field, const Node& node, const std::string& path,
                                  Diagnostics& diagnostics) {
  const bool secret = field.spec.secret;
  const std::string written = secret ? "\"***\"" : describe(node);
  const auto value = from_node(field, node);
  if (!value) {
    const std::string_view noun = field.expected.empty() ? name(field.kind) : "what it should be";
    const std::string_view article = field.expected.empty() ? "a valid " : "";
    diagnostics.push_back({node.at, fmt::format("{}: {} is not {}{}", path, written, article, noun),
                           expectation(field), secret ? "" : guess(field, node)});
  } else if (!in_range(field, *value)) {
    diagnostics.push_back(
        {node.at, fmt::format("{}: {} is out of range", path, written), expectation(field)});
    return std::nullopt;
  }
  return value;
}

}  // namespace

std::optional<Value> read_value(const Field& field, const Node& node, const std::string& path,
                                Diagnostics& diagnostics) {
  const size_t before = diagnostics.size();
  Value value;
  if (field.count != Count::kList) {
    if (auto scalar = read_scalar(field, node, path, diagnostics)) value.push_back(*scalar);
  } else if (const auto* items = node.get<Node::List>(); items == nullptr) {
    const std::string written = field.spec.secret ? "\"***\"" : describe(node);
    diagnostics.push_back({node.at, path + ": " + written + " is not a list", expectation(field)});
  } else if (items->size() > field.spec.most_items) {
    diagnostics.push_back({node.at, fmt::format("{}: {} items are too many", path, items->size()),
                           fmt::format("at most {}", field.spec.most_items)});
  } else {
    for (const Node& item : *items)
      if (auto scalar = read_scalar(field, item, path, diagnostics)) value.push_back(*scalar);
  }
  if (diagnostics.size() > before) return std::nullopt;
  return value;
}

}  // namespace weir::config
