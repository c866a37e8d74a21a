// Checking texts and adding rules; cutting lines into words.
#include "names/rule_writer.h"

#include <algorithm>
#include <string>

#include "names/patterns.h"

namespace weir::names {
namespace {

bool is_blank(char c) { return static_cast<uint8_t>(c) <= ' '; }

bool has_attribute(std::string_view attributes, std::string_view wanted) {
  for (std::string_view word = take_word(attributes); !word.empty(); word = take_word(attributes))
    if (word.substr(1) == wanted) return true;
  return false;
}

}  // namespace

Taken RuleWriter::name(Kind kind, Action action, std::string_view text) {
  if (text.starts_with("*.")) {
    kind = Kind::kWildcard;
    text.remove_prefix(2);
  } else if (text.starts_with("+.")) {
    kind = Kind::kSuffix;
    text.remove_prefix(2);
  } else if (text.starts_with('.')) {
    kind = Kind::kSuffix;
    text.remove_prefix(1);
  }
  const auto wire = to_wire(text, buffer_);
  return wire ? add(kind, action, *wire) : Taken::refused(Refusal::kBadName);
}

std::optional<Taken> RuleWriter::mere_name(std::string_view text) {
  const auto wire = to_wire(text, buffer_);
  if (!wire) return std::nullopt;
  return wants({}) ? add(options_.bare, Action::kInclude, *wire) : Taken::filtered();
}

Taken RuleWriter::add(Kind kind, Action action, Bytes wire) {
  if (is_full()) return Taken::refused(Refusal::kTooMany);
  list_.add_name(kind, action, wire);
  return Taken::rule();
}

Taken RuleWriter::pattern(Kind kind, Action action, std::string_view text) {
  const bool good = kind == Kind::kRegex ? is_regex(text) : is_keyword(text);
  if (!good) return Taken::refused(Refusal::kBadPattern);
  if (list_.patterns().size() >= kMostPatterns) return Taken::refused(Refusal::kTooMany);
  list_.add_pattern(kind, action, text);
  return Taken::rule();
}

Taken RuleWriter::network(Action action, std::string_view text) {
  if (action == Action::kExclude) return Taken::refused(Refusal::kUnsupported);
  const auto prefix = Prefix::parse(text);
  if (!prefix) return Taken::refused(Refusal::kBadNetwork);
  if (is_full()) return Taken::refused(Refusal::kTooMany);
  list_.add_prefix(*prefix);
  return Taken::rule();
}

Taken RuleWriter::inclusion(std::string_view list, std::string_view attributes) {
  if (list.empty()) return Taken::refused(Refusal::kBadName);
  if (list_.inclusions().size() >= kMostInclusions) return Taken::refused(Refusal::kTooMany);
  Inclusion inclusion{std::string(list), {}};
  for (auto word = take_word(attributes); !word.empty(); word = take_word(attributes))
    inclusion.attributes.emplace_back(word.substr(1));
  list_.add_inclusion(std::move(inclusion));
  return Taken::rule();
}

bool RuleWriter::wants(std::string_view attributes) const {
  return std::ranges::all_of(options_.attributes, [&](std::string_view wanted) {
    if (wanted.starts_with('-')) return !has_attribute(attributes, wanted.substr(1));
    return has_attribute(attributes, wanted);
  });
}

std::string_view trim(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

std::string_view take_until(std::string_view& text, char separator) {
  const size_t at = text.find(separator);
  const std::string_view part = text.substr(0, at);
  text.remove_prefix(at == std::string_view::npos ? text.size() : at + 1);
  return part;
}

std::string_view take_word(std::string_view& text) {
  text = trim(text);
  const auto* const end = std::ranges::find_if(text, is_blank);
  const std::string_view word(text.begin(), end);
  text.remove_prefix(word.size());
  return word;
}

}  // namespace weir::names
