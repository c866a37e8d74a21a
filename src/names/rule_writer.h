// What all syntaxes of lists end in: texts of names, patterns and networks, checked and put into
// the list.
#pragma once

#include <optional>
#include <string_view>

#include "names/list.h"
#include "names/name_text.h"
#include "names/reader.h"

namespace weir::names {

/// What became of a line, or of a part of one.
struct Taken {
  enum class What : uint8_t { kNothing, kRule, kFiltered, kRefused };
  What what = What::kNothing;
  Refusal refusal{};

  static Taken nothing() { return {}; }
  static Taken rule() { return {What::kRule}; }
  static Taken filtered() { return {What::kFiltered}; }
  static Taken refused(Refusal why) { return {What::kRefused, why}; }
};

class RuleWriter {
 public:
  RuleWriter(const ReadOptions& options, List& list) : options_(options), list_(list) {}

  /// A name as lists write it: `*.x` is all below x, `.x` and `+.x` are x and all below; otherwise
  /// it means what `kind` says.
  Taken name(Kind kind, Action action, std::string_view text);
  /// As `name`, of the kind that a name alone on a line has.
  Taken bare(Action action, std::string_view text) { return name(options_.bare, action, text); }
  /// The same for a text that is a name and nothing else; nothing when it is more than that.
  std::optional<Taken> mere_name(std::string_view text);
  Taken pattern(Kind kind, Action action, std::string_view text);
  Taken network(Action action, std::string_view text);
  Taken inclusion(std::string_view list, std::string_view attributes);
  /// Whether lines with these attributes (`@a @b`) count.
  bool wants(std::string_view attributes) const;

 private:
  Taken add(Kind kind, Action action, Bytes wire);
  bool is_full() const { return list_.size() >= kMostRules; }

  const ReadOptions& options_;
  List& list_;
  NameBuffer buffer_;
};

/// Without blanks at both ends.
std::string_view trim(std::string_view text);
/// Takes what stands before `separator` (or all) off the front of `text`.
std::string_view take_until(std::string_view& text, char separator);
/// Takes the next run of non-blanks off the front of `text`; empty at the end.
std::string_view take_word(std::string_view& text);

}  // namespace weir::names
