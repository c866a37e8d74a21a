// Finding the place of a key for a complaint.
#include "config/report.h"

#include <charconv>

#include "config/schema.h"

namespace weir::config {
namespace {

/// Part `part` of a path below `node`: a key, or the place in a list.
const Node* child(const Node& node, std::string_view part) {
  const auto* items = node.get<Node::List>();
  if (items == nullptr) return node.find(part);
  size_t index = 0;
  const auto [end, failed] = std::from_chars(part.data(), part.data() + part.size(), index);
  if (failed != std::errc{} || end != part.data() + part.size() || index >= items->size())
    return nullptr;
  return &(*items)[index];
}

/// The nearest place that was written.
Position place_of(const Node& table, std::string_view key) {
  const Node* node = &table;
  while (!key.empty()) {
    const size_t dot = key.find('.');
    const Node* next = child(*node, key.substr(0, dot));
    if (next == nullptr) break;
    node = next;
    key.remove_prefix(dot == std::string_view::npos ? key.size() : dot + 1);
  }
  return node->at;
}

}  // namespace

void Report::wrong(std::string_view key, std::string_view what, std::string expected) {
  diagnostics_.push_back(
      {place_of(table_, key), join(path_, key) + " " + std::string(what), std::move(expected)});
}

void Report::wrong_table(std::string_view what, std::string expected) {
  const std::string name = path_.empty() ? "the configuration" : path_;
  diagnostics_.push_back({table_.at, name + " " + std::string(what), std::move(expected)});
}

}  // namespace weir::config
