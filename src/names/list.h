// One list as it was read: rules on names, patterns, networks, and the lists it asks to include.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/endpoint.h"
#include "names/rule.h"

namespace weir::names {

struct NameRule {
  Kind kind;  // kExact, kSuffix or kWildcard
  Action action;
  Bytes name;  // folded wire form
};

struct PatternRule {
  Kind kind;  // kKeyword or kRegex
  Action action;
  std::string text;
};

/// Another list that belongs here, of which only the lines with all of `attributes` count ("-x":
/// without x). Its owner finds and reads it.
struct Inclusion {
  std::string list;
  std::vector<std::string> attributes;
};

class List {
 public:
  /// Makes room for the names of a text of so many octets.
  void expect(size_t text_octets) { names_.reserve(text_octets + text_octets / 16); }
  void add_name(Kind kind, Action action, Bytes folded_wire);
  void add_pattern(Kind kind, Action action, std::string_view text);
  void add_prefix(const Prefix& prefix) { prefixes_.push_back(prefix); }
  void add_inclusion(Inclusion inclusion) { inclusions_.push_back(std::move(inclusion)); }

  /// Calls `take(const NameRule&)` for every name rule, in the order of the text.
  template <typename Take>
  void each_name(Take take) const;
  size_t name_count() const { return name_count_; }
  const std::vector<PatternRule>& patterns() const { return patterns_; }
  const std::vector<Prefix>& prefixes() const { return prefixes_; }
  const std::vector<Inclusion>& inclusions() const { return inclusions_; }
  /// Rules of all kinds.
  size_t size() const { return name_count_ + patterns_.size() + prefixes_.size(); }

 private:
  // Name rules without gaps: an octet of kind and action, then the wire name, which ends itself.
  Octets names_;
  size_t name_count_ = 0;
  std::vector<PatternRule> patterns_;
  std::vector<Prefix> prefixes_;
  std::vector<Inclusion> inclusions_;
};

template <typename Take>
void List::each_name(Take take) const {
  for (size_t at = 0; at < names_.size();) {
    const uint8_t head = names_[at++];
    size_t end = at;
    while (names_[end] != 0) end += names_[end] + size_t{1};
    ++end;
    take(NameRule{
        static_cast<Kind>(head >> 1), static_cast<Action>(head & 1), {&names_[at], end - at}});
    at = end;
  }
}

}  // namespace weir::names
