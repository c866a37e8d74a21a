// Walking schema and tree together: unknown keys, missing keys, values, nested tables, rules.
#include "config/bind.h"

#include <fmt/format.h>

#include <map>

#include "base/log.h"
#include "config/read.h"
#include "config/report.h"

namespace weir::config {
namespace {

class Binder {
 public:
  explicit Binder(Diagnostics& diagnostics) : diagnostics_(diagnostics) {}

  void table(const Schema& schema, const Node& node, const std::string& path, void* settings) {
    const size_t before = diagnostics_.size();
    const auto* members = node.get<Node::Table>();
    if (members == nullptr) {
      diagnostics_.push_back(
          {node.at, path + ": " + describe(node) + " is not a table", "a table"});
      return;
    }
    for (const Member& member : *members) unknown(schema, member, path);
    for (const Field& field : schema.fields()) {
      if (field.is_table())
        inner(field, node, join(path, field.key), settings);
      else
        value(field, node, join(path, field.key), settings);
    }
    if (diagnostics_.size() > before) return;
    Report report(node, path, diagnostics_);
    for (const auto& check : schema.checks()) check(settings, report);
  }

 private:
  void unknown(const Schema& schema, const Member& member, const std::string& path) {
    if (schema.find(member.key) != nullptr) return;
    diagnostics_.push_back(
        {member.at, fmt::format("unknown key \"{}\"", join(path, log::escape_text(member.key))), "",
         schema.nearest_key(member.key)});
  }

  void missing(const Field& field, const Node& table, const std::string& path) {
    diagnostics_.push_back({table.at, path + " is missing", expectation(field)});
  }

  void value(const Field& field, const Node& table, const std::string& path, void* settings) {
    const Node* node = table.find(field.key);
    if (node == nullptr && field.fallback) node = &*field.fallback;
    if (node == nullptr) {
      if (field.count == Count::kOptional)
        field.set(settings, {});
      else
        missing(field, table, path);
    } else if (const auto read = read_value(field, *node, path, diagnostics_)) {
      field.set(settings, *read);
    }
  }

  void inner(const Field& field, const Node& outer, const std::string& path, void* settings) {
    const Node* node = outer.find(field.key);
    if (node == nullptr && field.fallback) node = &*field.fallback;
    if (field.count == Count::kList) return elements(field, node, path, settings);
    if (node == nullptr && field.count == Count::kOptional) return field.resize(settings, 0);
    field.resize(settings, 1);
    const Node absent{Node::Table{}, outer.at};
    table(*field.schema, node != nullptr ? *node : absent, path, field.element(settings, 0));
  }

  void elements(const Field& field, const Node* node, const std::string& path, void* settings) {
    field.resize(settings, 0);
    if (node == nullptr) return;
    const auto* items = node->get<Node::List>();
    if (items == nullptr) {
      diagnostics_.push_back(
          {node->at, path + ": " + describe(*node) + " is not a list", expectation(field)});
      return;
    }
    if (items->size() > field.spec.most_items) {
      diagnostics_.push_back({node->at,
                              fmt::format("{}: {} tables are too many", path, items->size()),
                              fmt::format("at most {}", field.spec.most_items)});
      return;
    }
    field.resize(settings, items->size());
    for (size_t i = 0; i < items->size(); ++i)
      table(*field.schema, (*items)[i], join(path, std::to_string(i)), field.element(settings, i));
    if (!field.spec.unique.empty()) duplicates(field, *items, path);
  }

  void duplicates(const Field& field, const Node::List& items, const std::string& path) {
    std::map<std::string, Position> seen;
    for (const Node& item : items) {
      const Node* name = item.find(field.spec.unique);
      const auto* text = name != nullptr ? name->get<std::string>() : nullptr;
      if (text == nullptr) continue;
      const auto [first, is_new] = seen.try_emplace(*text, name->at);
      if (is_new) continue;
      diagnostics_.push_back(
          {name->at,
           fmt::format("{}: {} {} is there already, at {}", path, field.spec.unique,
                       describe(*name), first->second.to_text()),
           "each once"});
    }
  }

  Diagnostics& diagnostics_;
};

}  // namespace

void fill(const Schema& schema, const Node& root, void* settings, Diagnostics& diagnostics) {
  Binder(diagnostics).table(schema, root, "", settings);
}

}  // namespace weir::config
