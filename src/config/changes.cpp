// Comparing settings field by field.
#include "config/changes.h"

#include <fmt/format.h>

#include <utility>

#include "config/show.h"

namespace weir::config {
namespace {

class Comparison {
 public:
  std::vector<Change> found;

  void table(const Schema& schema, const void* before, const void* after, const std::string& path) {
    for (const Field& field : schema.fields()) {
      const std::string inner = join(path, field.key);
      if (field.is_table())
        elements(field, before, after, inner);
      else if (const Value was = field.get(before), is = field.get(after); was != is)
        found.push_back({inner, field.spec.reload, value_text(field, was), value_text(field, is)});
    }
  }

 private:
  using Named = std::vector<std::pair<std::string, const void*>>;

  /// Elements by name, or by place where they have none, in their order.
  static Named named(const Field& field, const void* settings) {
    const Field* key = field.spec.unique.empty() ? nullptr : field.schema->find(field.spec.unique);
    Named elements;
    for (size_t i = 0; i < field.size(settings); ++i) {
      const void* element = field.at(settings, i);
      const Value name = key != nullptr ? key->get(element) : Value{};
      elements.emplace_back(name.empty() ? std::to_string(i) : to_plain(name.front()), element);
    }
    return elements;
  }

  static const void* find(const Named& elements, const std::string& name) {
    for (const auto& [other, element] : elements)
      if (other == name) return element;
    return nullptr;
  }

  /// The names of `elements` that `others` have too.
  static std::string common(const Named& elements, const Named& others) {
    std::string names;
    for (const auto& [name, element] : elements)
      if (find(others, name) != nullptr) names += (names.empty() ? "" : ", ") + name;
    return names;
  }

  void elements(const Field& field, const void* before, const void* after,
                const std::string& path) {
    if (field.count == Count::kOne)
      return table(*field.schema, field.at(before, 0), field.at(after, 0), path);
    const bool list = field.count == Count::kList;
    const Named was = named(field, before);
    const Named is = named(field, after);
    for (const auto& [name, element] : was) {
      const std::string inner = list ? join(path, name) : path;
      if (const void* other = find(is, name))
        table(*field.schema, element, other, inner);
      else
        found.push_back({inner, field.spec.reload, "a table", ""});
    }
    for (const auto& [name, element] : is)
      if (find(was, name) == nullptr)
        found.push_back({list ? join(path, name) : path, field.spec.reload, "", "a table"});
    if (const auto old_order = common(was, is), new_order = common(is, was); old_order != new_order)
      found.push_back({path, field.spec.reload, "order " + old_order, "order " + new_order});
  }
};

}  // namespace

std::string Change::to_text() const {
  return fmt::format("{}: {} -> {}", path, before.empty() ? "not set" : before,
                     after.empty() ? "not set" : after);
}

std::vector<Change> changes(const Schema& schema, const void* before, const void* after) {
  Comparison comparison;
  comparison.table(schema, before, after, "");
  return std::move(comparison.found);
}

Status check_reload(const std::vector<Change>& changes) {
  std::string text;
  for (const Change& change : changes)
    if (change.reload == Reload::kRestart) text += (text.empty() ? "" : "; ") + change.to_text();
  if (text.empty()) return Done{};
  return Error{Fault::kConfig, "only a restart can change " + text};
}

}  // namespace weir::config
