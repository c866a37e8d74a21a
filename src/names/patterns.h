// Keywords and regular expressions, tried together: time grows with the length of the name, not
// with what strangers put into it (RE2).
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "names/rule.h"

namespace weir::names {

/// Whether a matcher takes `text`: printable ASCII, not empty, not too long, and for a regular
/// expression what RE2 takes.
bool is_keyword(std::string_view text);
bool is_regex(std::string_view text);

class PatternSet {
 public:
  struct Pattern {
    Kind kind;  // kKeyword or kRegex
    std::string_view text;
  };
  static Result<std::unique_ptr<PatternSet>> compile(const std::vector<Pattern>& patterns);
  ~PatternSet();

  /// Indices of the patterns found in `name` (`www.example.com`), in no order.
  void find(std::string_view name, std::vector<int>& found) const;
  size_t size() const;

 private:
  struct State;
  explicit PatternSet(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace weir::names
