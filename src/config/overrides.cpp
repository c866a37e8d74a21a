// Finding the place of an override in the tree, making it where the file was silent.
#include "config/overrides.h"

#include <fmt/format.h>

#include <charconv>
#include <cstdlib>

#include "base/log.h"

namespace weir::config {
namespace {

/// Takes the part before the first dot off the front.
std::string_view next_part(std::string_view& path) {
  const size_t dot = path.find('.');
  const std::string_view part = path.substr(0, dot);
  path.remove_prefix(dot == std::string_view::npos ? path.size() : dot + 1);
  return part;
}

Node& find_or_make(Node& table, std::string_view key, Node made) {
  if (Node* node = table.find(key)) return *node;
  auto& members = *table.get<Node::Table>();
  members.push_back({std::string(key), made.at, std::move(made)});
  return members.back().value;
}

/// The element of a list of tables with this name or place; the place after the last makes a new
/// one.
Node* find_element(const Field& field, Node::List& items, std::string_view part,
                   const std::string& origin) {
  if (!field.spec.unique.empty())
    for (Node& item : items)
      if (const Node* name = item.find(field.spec.unique))
        if (const auto* text = name->get<std::string>(); text != nullptr && *text == part)
          return &item;
  size_t index = 0;
  const auto [end, failed] = std::from_chars(part.data(), part.data() + part.size(), index);
  if (failed != std::errc{} || end != part.data() + part.size() || index > items.size())
    return nullptr;
  if (index == items.size()) items.push_back({Node::Table{}, {origin}});
  return &items[index];
}

class Writer {
 public:
  Writer(const Override& value, Diagnostics& diagnostics)
      : value_(value), diagnostics_(diagnostics) {}

  void write(const Schema& schema, Node& table, std::string_view rest) {
    if (table.get<Node::Table>() == nullptr) return;  // the binder will complain about the file
    const std::string_view part = next_part(rest);
    const Field* field = schema.find(part);
    if (field == nullptr) {
      wrong(fmt::format("unknown key \"{}\"", log::escape_text(value_.path)), "",
            schema.nearest_key(part));
    } else if (rest.empty()) {
      find_or_make(table, part, {}) = node_from_text(*field, value_.text, value_.origin);
    } else if (!field->is_table()) {
      wrong(fmt::format("\"{}\" has no keys below it", field->key));
    } else if (field->count == Count::kList) {
      write_element(*field, table, rest);
    } else {
      write(*field->schema, find_or_make(table, part, empty_table()), rest);
    }
  }

 private:
  void write_element(const Field& field, Node& table, std::string_view rest) {
    Node made = field.fallback.value_or(Node{Node::List{}, {value_.origin}});
    auto* items = find_or_make(table, field.key, std::move(made)).get<Node::List>();
    if (items == nullptr) return;
    const std::string_view part = next_part(rest);
    Node* element = find_element(field, *items, part, value_.origin);
    if (element == nullptr)
      wrong(fmt::format("\"{}\" has no element \"{}\"", field.key, log::escape_text(part)),
            items->empty() ? "0" : fmt::format("0 to {}, or a name", items->size()));
    else if (rest.empty())
      wrong(fmt::format("\"{}\" is a table", log::escape_text(value_.path)), "one of its keys");
    else
      write(*field.schema, *element, rest);
  }

  Node empty_table() const { return {Node::Table{}, {value_.origin}}; }

  void wrong(std::string what, std::string expected = {}, std::string suggestion = {}) {
    diagnostics_.push_back(
        {{value_.origin}, std::move(what), std::move(expected), std::move(suggestion)});
  }

  const Override& value_;
  Diagnostics& diagnostics_;
};

}  // namespace

std::optional<std::string> process_environment(const std::string& variable) {
  const char* text = std::getenv(variable.c_str());
  if (text == nullptr) return std::nullopt;
  return text;
}

std::string environment_origin(std::string_view variable) {
  return fmt::format("environment variable {}", variable);
}

std::vector<Override> from_environment(std::span<const EnvironmentRule> rules,
                                       const Environment& environment, Diagnostics& diagnostics) {
  std::vector<Override> overrides;
  for (const EnvironmentRule& rule : rules) {
    const auto text = environment(rule.variable);
    if (!text) continue;
    const std::string origin = environment_origin(rule.variable);
    auto converted = rule.convert ? rule.convert(*text) : Result<std::string>(*text);
    if (converted)
      overrides.push_back({rule.path, *std::move(converted), origin});
    else
      diagnostics.push_back(
          {{origin}, fmt::format("\"{}\" {}", log::escape_text(*text), converted.error().what)});
  }
  return overrides;
}

std::vector<Override> from_arguments(std::span<const std::string> arguments,
                                     Diagnostics& diagnostics) {
  std::vector<Override> overrides;
  for (const std::string& argument : arguments) {
    const size_t equals = argument.find('=');
    if (equals == std::string::npos || equals == 0)
      diagnostics.push_back(
          {{"--set"}, fmt::format("\"{}\" sets nothing", log::escape_text(argument)), "key=value"});
    else
      overrides.push_back({argument.substr(0, equals), argument.substr(equals + 1),
                           "--set " + log::escape_text(argument.substr(0, equals))});
  }
  return overrides;
}

void apply(const Schema& schema, const Override& value, Node& root, Diagnostics& diagnostics) {
  // The file is UTF-8 by its format; what comes from elsewhere has to be as well, to be shown
  // again.
  if (!parse_value(toml_string(value.text), value.origin)) {
    diagnostics.push_back({{value.origin}, "the value is not UTF-8 text"});
    return;
  }
  Writer(value, diagnostics).write(schema, root, value.path);
}

}  // namespace weir::config
