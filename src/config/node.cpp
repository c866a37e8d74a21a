// Reading TOML into our own tree: the only file that knows the TOML library.
#include "config/node.h"

#include <fmt/format.h>

// Version 3.3 asserts, and with NDEBUG assumes, what a mistyped file can break ("[[[a]]]"); the
// code behind these assertions reports such files as syntax errors when it is let.
#undef NDEBUG
#define TOML_ASSERT(condition) static_cast<void>(0)
#define TOML_EXCEPTIONS 0
#include <toml++/toml.h>

#include "base/log.h"

namespace weir::config {
namespace {

Position place(const toml::source_region& source, const std::string& origin, bool lines) {
  if (!lines) return {origin};
  return {origin, static_cast<uint32_t>(source.begin.line),
          static_cast<uint32_t>(source.begin.column)};
}

/// Copies the library's tree. Depth is bounded by the library's parser (256).
class Copier {
 public:
  Copier(const std::string& origin, bool lines) : origin_(origin), lines_(lines) {}

  Node copy(const toml::node& from) const {
    Node node{{}, place(from.source(), origin_, lines_)};
    if (const auto* table = from.as_table())
      node.value = copy_table(*table);
    else if (const auto* list = from.as_array())
      node.value = copy_list(*list);
    else
      copy_scalar(from, node);
    return node;
  }

 private:
  Node::Table copy_table(const toml::table& from) const {
    Node::Table members;
    for (auto&& [key, value] : from)
      members.push_back(
          {std::string(key.str()), place(key.source(), origin_, lines_), copy(value)});
    return members;
  }
  Node::List copy_list(const toml::array& from) const {
    Node::List items;
    for (const toml::node& item : from) items.push_back(copy(item));
    return items;
  }
  static void copy_scalar(const toml::node& from, Node& node) {
    if (const auto* text = from.as_string())
      node.value = text->get();
    else if (const auto* whole = from.as_integer())
      node.value = whole->get();
    else if (const auto* number = from.as_floating_point())
      node.value = number->get();
    else if (const auto* boolean = from.as_boolean())
      node.value = boolean->get();
    else
      node.value = Node::Date{};
  }

  const std::string& origin_;
  bool lines_;
};

}  // namespace

const Node* Node::find(std::string_view key) const {
  if (const auto* members = get<Table>())
    for (const Member& member : *members)
      if (member.key == key) return &member.value;
  return nullptr;
}

Node* Node::find(std::string_view key) {
  return const_cast<Node*>(static_cast<const Node*>(this)->find(key));
}

Result<Node, Diagnostic> parse_document(std::string_view text, const std::string& origin) {
  const toml::parse_result parsed = toml::parse(text, std::string_view(origin));
  if (!parsed) {
    const toml::parse_error& error = parsed.error();
    return Diagnostic{place(error.source(), origin, true), log::escape_text(error.description())};
  }
  Node root = Copier(origin, true).copy(parsed.table());
  root.at = {origin, 1, 1};
  return root;
}

Result<Node, Diagnostic> parse_value(std::string_view text, const std::string& origin) {
  const Diagnostic wrong{{origin}, toml_string(text) + " is not a TOML value"};
  const toml::parse_result parsed = toml::parse("value = " + std::string(text));
  if (!parsed || parsed.table().size() != 1) return wrong;
  const toml::node* value = parsed.table().get("value");
  if (value == nullptr) return wrong;
  return Copier(origin, false).copy(*value);
}

std::string toml_string(std::string_view text) {
  std::string result = "\"";
  for (const char c : text) {
    const auto octet = static_cast<uint8_t>(c);
    if (c == '"' || c == '\\')
      result += std::string("\\") + c;
    else if (c == '\n')
      result += "\\n";
    else if (c == '\t')
      result += "\\t";
    else if (octet < 0x20 || octet == 0x7f)
      result += fmt::format("\\u{:04X}", octet);
    else
      result += c;
  }
  return result + '"';
}

std::string describe(const Node& node) {
  if (const auto* text = node.get<std::string>()) return '"' + log::escape_text(*text) + '"';
  if (const auto* whole = node.get<int64_t>()) return fmt::format("{}", *whole);
  if (const auto* number = node.get<double>()) return fmt::format("{}", *number);
  if (const auto* boolean = node.get<bool>()) return *boolean ? "true" : "false";
  if (node.get<Node::List>() != nullptr) return "a list";
  if (node.get<Node::Table>() != nullptr) return "a table";
  return "a date";
}

}  // namespace weir::config
