// A configuration as it was written: a tree of values that remember where they stand. Files become
// such trees, overrides edit them, and a schema binds them to settings.
#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.h"
#include "config/diagnostic.h"

namespace weir::config {

struct Member;

struct Node {
  struct Date {};  // TOML's dates and times: no setting of ours has them
  using List = std::vector<Node>;
  using Table = std::vector<Member>;
  std::variant<bool, int64_t, double, std::string, Date, List, Table> value;
  Position at;

  template <typename T>
  const T* get() const {
    return std::get_if<T>(&value);
  }
  template <typename T>
  T* get() {
    return std::get_if<T>(&value);
  }
  /// The value of `key` when this is a table that has it, else null.
  const Node* find(std::string_view key) const;
  Node* find(std::string_view key);
};

struct Member {
  std::string key;
  Position at;
  Node value;
};

/// The whole of a file.
Result<Node, Diagnostic> parse_document(std::string_view text, const std::string& origin);
/// One TOML value; every position in it is `origin` alone.
Result<Node, Diagnostic> parse_value(std::string_view text, const std::string& origin);

/// What a diagnostic calls a value: scalars as TOML, others by their sort. Strange octets are
/// escaped.
std::string describe(const Node& node);
/// A TOML basic string.
std::string toml_string(std::string_view text);

}  // namespace weir::config
