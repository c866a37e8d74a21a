// Building schemas, and words about fields.
#include "config/schema.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/check.h"
#include "base/units.h"
#include "config/read.h"

namespace weir::config {
namespace {

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

/// Ends the process when `good` is false, naming the field.
void demand(bool good, const Field& field, std::string_view reason) {
  if (!good)
    check_failed(fmt::format("config field {}: {}", field.key, reason).c_str(), __FILE__, __LINE__);
}

bool is_good_key(std::string_view key) {
  return !key.empty() && std::all_of(key.begin(), key.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  });
}

std::optional<Scalar> bound(const Field& field, const std::string& text) {
  if (text.empty()) return std::nullopt;
  Field one;  // no range of its own yet
  one.key = field.key;
  one.kind = field.kind == Kind::kText || field.kind == Kind::kPath ? Kind::kInteger : field.kind;
  Diagnostics wrong;
  const auto value = read_value(one, node_from_text(one, text, "range"), field.key, wrong);
  demand(value.has_value(), field, to_text(wrong));
  return value->front();
}

Node list_of_words(std::string_view text, const std::string& origin) {
  Node::List items;
  while (!text.empty()) {
    const size_t comma = text.find(',');
    items.push_back({std::string(trimmed(text.substr(0, comma))), {origin}});
    text.remove_prefix(comma == std::string_view::npos ? text.size() : comma + 1);
  }
  return {std::move(items), {origin}};
}

}  // namespace

void Schema::add(Field field) {
  demand(is_good_key(field.key), field, "keys are lower_case_words");
  demand(find(field.key) == nullptr, field, "the key is there already");
  demand(field.spec.doc.ends_with('.'), field, "a sentence about it is missing");
  demand(field.kind != Kind::kChoice || !field.words.empty(), field, "a choice needs words");
  demand(field.count != Count::kOptional || !field.spec.fallback, field,
         "an optional value has no default");
  demand(!field.is_table() || field.count == Count::kList || !field.spec.fallback, field,
         "a table's defaults are those of its keys");
  field.least = bound(field, field.spec.least);
  field.most = bound(field, field.spec.most);
  if (field.spec.fallback) field.fallback = node_from_text(field, *field.spec.fallback, "default");
  if (field.fallback && !field.is_table()) {
    Diagnostics wrong;
    const auto value = read_value(field, *field.fallback, field.key, wrong);
    demand(value.has_value(), field, to_text(wrong));
  }
  fields_.push_back(std::move(field));
}

void Schema::add_check(std::function<void(const void*, Report&)> check) {
  checks_.push_back(std::move(check));
}

const Field* Schema::find(std::string_view key) const {
  for (const Field& field : fields_)
    if (field.key == key) return &field;
  return nullptr;
}

std::string Schema::nearest_key(std::string_view key, std::string_view before) const {
  std::vector<std::string_view> keys;
  for (const Field& field : fields_) keys.push_back(field.key);
  const std::string_view best = nearest(key, keys);
  return best.empty() ? "" : fmt::format("\"{}{}\"", before, best);
}

std::string range(const Field& field) {
  const bool length = field.kind == Kind::kText || field.kind == Kind::kPath;
  const std::string unit = length ? " octets" : "";
  if (field.least && field.most)
    return to_plain(*field.least) + " to " + to_plain(*field.most) + unit;
  if (field.least) return "at least " + to_plain(*field.least) + unit;
  if (field.most) return "at most " + to_plain(*field.most) + unit;
  return "";
}

std::string expectation(const Field& field) {
  std::string text = field.count == Count::kList ? "a list, each " : "";
  if (field.is_table()) return field.count == Count::kList ? "a list of tables" : "a table";
  if (!field.expected.empty())
    text += field.expected;
  else if (field.kind == Kind::kChoice)
    text += fmt::format("one of {}", fmt::join(field.words, ", "));
  else
    text += phrase(field.kind);
  const std::string limits = range(field);
  return limits.empty() ? text : text + ", " + limits;
}

Node node_from_text(const Field& field, std::string_view text, const std::string& origin) {
  text = field.kind == Kind::kText ? text : trimmed(text);
  const bool words = is_string(field.kind);
  const bool list = field.count == Count::kList;
  const bool toml = !words || (list ? text.starts_with('[') : text.starts_with('"'));
  if (toml)
    if (auto parsed = parse_value(text, origin)) return *std::move(parsed);
  if (list && words) return list_of_words(text, origin);
  return {std::string(text), {origin}};
}

std::string join(std::string_view path, std::string_view key) {
  return path.empty() ? std::string(key) : fmt::format("{}.{}", path, key);
}

}  // namespace weir::config
