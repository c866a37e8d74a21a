// Name lists for tests: the rules of a list as text, and names in wire form.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "names/list.h"
#include "proto/dns/name.h"

namespace weir::kit {

/// The folded wire form of a name that is right.
inline Octets wire(std::string_view name) {
  const dns::Name folded = dns::Name::parse(name)->folded();
  return {folded.wire().begin(), folded.wire().end()};
}

/// `suffix example.com.`, `!exact a.`, `keyword ads`, `net 192.0.2.0/24`: one text a rule.
inline std::vector<std::string> rules_of(const names::List& list) {
  constexpr std::string_view kKinds[] = {"exact ", "suffix ", "wildcard ", "keyword ", "regex "};
  std::vector<std::string> texts;
  const auto put = [&](names::Kind kind, names::Action action, std::string_view text) {
    texts.push_back(action == names::Action::kExclude ? "!" : "");
    texts.back() += kKinds[static_cast<size_t>(kind)];
    texts.back() += text;
  };
  list.each_name([&](const names::NameRule& rule) {
    put(rule.kind, rule.action, dns::wire_name_to_text(rule.name));
  });
  for (const auto& rule : list.patterns()) put(rule.kind, rule.action, rule.text);
  for (const Prefix& prefix : list.prefixes()) texts.push_back("net " + prefix.to_text());
  return texts;
}

}  // namespace weir::kit
