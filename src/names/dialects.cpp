// One short reader for each syntax.
#include "names/dialects.h"

#include <algorithm>
#include <array>
#include <optional>

namespace weir::names {
namespace {

/// Removes `prefix` where it is.
bool skip(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

/// What is told of a line with several names: that it was refused, if one was.
Taken both(Taken a, Taken b) {
  if (a.what == Taken::What::kRefused) return a;
  return b.what == Taken::What::kNothing ? a : b;
}

constexpr std::array<std::string_view, 5> kDnsmasqOptions = {"server=/", "address=/", "local=/",
                                                             "ipset=/", "nftset=/"};

struct Tag {
  std::string_view word;
  Kind kind;
};
constexpr std::array<Tag, 7> kTags = {{{"domain:", Kind::kSuffix},
                                       {"suffix:", Kind::kSuffix},
                                       {"full:", Kind::kExact},
                                       {"exact:", Kind::kExact},
                                       {"keyword:", Kind::kKeyword},
                                       {"regexp:", Kind::kRegex},
                                       {"regex:", Kind::kRegex}}};
constexpr std::string_view kInclude = "include:";
constexpr std::string_view kExclude = "exclude:";

/// Names that hosts files give to the machine itself.
constexpr std::array<std::string_view, 12> kLocalNames = {
    "localhost",     "localhost.localdomain", "local",        "broadcasthost",
    "ip6-localhost", "ip6-loopback",          "ip6-localnet", "ip6-mcastprefix",
    "ip6-allnodes",  "ip6-allrouters",        "ip6-allhosts", "0.0.0.0"};

/// The value of `key=` in a RouterOS line, without its quotes and with `\` taken back.
std::optional<std::string> value_of(std::string_view line, std::string_view key) {
  while (!(line = trim(line)).empty()) {
    const size_t equals = line.find_first_of("= ");
    const std::string_view word = line.substr(0, equals);
    line.remove_prefix(equals == std::string_view::npos ? line.size() : equals + 1);
    if (equals == std::string_view::npos || line.data()[-1] == ' ') continue;
    const bool quoted = skip(line, "\"");
    std::string value;
    size_t at = 0;
    for (; at < line.size() && line[at] != (quoted ? '"' : ' '); ++at) {
      if (line[at] == '\\' && at + 1 < line.size()) ++at;
      value += line[at];
    }
    line.remove_prefix(std::min(line.size(), at + 1));
    if (word == key) return value;
  }
  return std::nullopt;
}

}  // namespace

bool is_adguard(std::string_view line) {
  return line.starts_with("||") || line.starts_with("@@") || line.starts_with('|') ||
         (line.starts_with('/') && line.size() > 1 && line.ends_with('/'));
}

Taken read_adguard(std::string_view line, RuleWriter& out) {
  const Action action = skip(line, "@@") ? Action::kExclude : Action::kInclude;
  if (line.size() > 2 && line.starts_with('/') && line.ends_with('/'))
    return out.pattern(Kind::kRegex, action, line.substr(1, line.size() - 2));
  if (!skip(line, "||")) return Taken::refused(Refusal::kUnsupported);
  const size_t end = line.find('^');
  if (end == std::string_view::npos) return Taken::refused(Refusal::kUnsupported);
  const std::string_view rest = line.substr(end + 1);
  // `important` ranks rules, and does not narrow what they cover.
  if (!rest.empty() && rest != "|" && rest != "$important")
    return Taken::refused(Refusal::kUnsupported);
  return out.name(Kind::kSuffix, action, line.substr(0, end));
}

bool is_tagged(std::string_view line) {
  return line.starts_with(kInclude) || line.starts_with(kExclude) ||
         std::ranges::any_of(kTags, [&](const Tag& tag) { return line.starts_with(tag.word); });
}

Taken read_tagged(std::string_view line, RuleWriter& out) {
  const Action action = skip(line, kExclude) ? Action::kExclude : Action::kInclude;
  std::string_view attributes = line;
  const std::string_view rule = take_word(attributes);
  attributes = trim(attributes);
  std::string_view rest = rule;
  if (skip(rest, kInclude)) return out.inclusion(rest, attributes);
  if (!out.wants(attributes)) return Taken::filtered();
  for (const Tag& tag : kTags) {
    if (!skip(rest, tag.word)) continue;
    if (tag.kind == Kind::kKeyword || tag.kind == Kind::kRegex)
      return out.pattern(tag.kind, action, rest);
    return out.name(tag.kind, action, rest);
  }
  return Prefix::parse(rest) ? out.network(action, rest) : out.bare(action, rest);
}

bool is_dnsmasq(std::string_view line) {
  return std::ranges::any_of(kDnsmasqOptions,
                             [&](std::string_view option) { return line.starts_with(option); });
}

Taken read_dnsmasq(std::string_view line, RuleWriter& out) {
  line.remove_prefix(line.find('/') + 1);
  const size_t target = line.rfind('/');
  if (target == std::string_view::npos) return Taken::refused(Refusal::kUnsupported);
  std::string_view names = line.substr(0, target);
  if (names.empty()) return Taken::refused(Refusal::kUnsupported);
  Taken taken;
  while (!names.empty())
    taken = both(taken, out.name(Kind::kSuffix, Action::kInclude, take_until(names, '/')));
  return taken;
}

bool is_router_os(std::string_view line) {
  return line.starts_with("add ") || line.starts_with("/ip ");
}

Taken read_router_os(std::string_view line, RuleWriter& out) {
  if (!skip(line, "add ")) return Taken::nothing();  // the menu that the entries belong to
  if (const auto regex = value_of(line, "regexp"))
    return out.pattern(Kind::kRegex, Action::kInclude, *regex);
  const auto name = value_of(line, "name");
  if (!name) return Taken::refused(Refusal::kUnsupported);
  const bool below = value_of(line, "match-subdomain") == "yes";
  return out.name(below ? Kind::kSuffix : Kind::kExact, Action::kInclude, *name);
}

bool is_address_line(std::string_view line) {
  const std::string_view word = take_word(line);
  if (word.find(':') != std::string_view::npos || word.find('/') != std::string_view::npos)
    return true;
  return IpAddress::parse(word).has_value();
}

Taken read_address_line(std::string_view line, RuleWriter& out) {
  const std::string_view address = take_word(line);
  std::string_view name = take_word(line);
  if (name.empty() || name.starts_with('#')) return out.network(Action::kInclude, address);
  if (!IpAddress::parse(address.substr(0, address.find('%'))))
    return Taken::refused(Refusal::kBadNetwork);
  Taken taken;
  for (; !name.empty() && !name.starts_with('#'); name = take_word(line)) {
    const bool local = std::ranges::find(kLocalNames, name) != kLocalNames.end();
    taken = both(taken, local ? Taken::filtered() : out.name(Kind::kExact, Action::kInclude, name));
  }
  return taken;
}

}  // namespace weir::names
