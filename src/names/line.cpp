// Telling by its beginning which syntax a line is in.
#include "names/line.h"

#include "names/dialects.h"

namespace weir::names {
namespace {

bool is_comment(std::string_view line) {
  return line.empty() || line[0] == '#' || line[0] == '!' || line[0] == ';' || line[0] == '[' ||
         line.starts_with("//") || line == "payload:";
}

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

/// `- 'x'` of a YAML sequence (rule providers of clash) gives x.
std::string_view without_yaml(std::string_view line) {
  if (!line.starts_with("- ")) return line;
  line = trim(line.substr(2));
  const bool quoted =
      line.size() >= 2 && (line[0] == '\'' || line[0] == '"') && line.back() == line[0];
  return quoted ? line.substr(1, line.size() - 2) : line;
}

/// A comment begins at a `#` after a blank: inside a word it may belong to a pattern.
std::string_view without_comment(std::string_view line) {
  for (size_t at = line.find('#', 1); at != std::string_view::npos; at = line.find('#', at + 1))
    if (line[at - 1] == ' ' || line[at - 1] == '\t') return trim(line.substr(0, at));
  return line;
}

/// A name with nothing but attributes after it.
Taken read_bare(std::string_view line, RuleWriter& out) {
  std::string_view attributes = line;
  const std::string_view name = take_word(attributes);
  attributes = trim(attributes);
  if (!attributes.empty() && attributes[0] != '@') return Taken::refused(Refusal::kUnsupported);
  if (name.find_first_of("/#$^=") != std::string_view::npos)
    return Taken::refused(Refusal::kUnsupported);
  return out.wants(attributes) ? out.bare(Action::kInclude, name) : Taken::filtered();
}

}  // namespace

Taken read_line(std::string_view line, RuleWriter& out) {
  line = without_yaml(trim(line));
  if (is_comment(line)) return Taken::nothing();
  // Most lines of most lists are a name and nothing else. (Addresses begin with no letter.)
  if (is_letter(line[0]))
    if (const auto taken = out.mere_name(line)) return *taken;
  line = without_comment(line);
  if (is_adguard(line)) return read_adguard(line, out);
  if (is_tagged(line)) return read_tagged(line, out);
  if (is_dnsmasq(line)) return read_dnsmasq(line, out);
  if (is_router_os(line)) return read_router_os(line, out);
  const char first = line[0];
  const bool digit = first >= '0' && first <= '9';
  if ((digit || line.find(':') != std::string_view::npos) && is_address_line(line))
    return read_address_line(line, out);
  return read_bare(line, out);
}

}  // namespace weir::names
