// Names and networks out of sing-box's JSON: domain, domain_suffix, domain_keyword, domain_regex
// and ip_cidr, each a text or a list of texts.
#include "names/sing_box.h"

#include <simdjson.h>

#include <algorithm>
#include <array>

namespace weir::names {
namespace {

using simdjson::dom::array;
using simdjson::dom::element;
using simdjson::dom::object;

using Take = Taken (*)(RuleWriter& out, std::string_view text);

/// Of a suffix that begins with a dot, sing-box takes only what is below.
Taken take_suffix(RuleWriter& out, std::string_view text) {
  if (!text.starts_with('.')) return out.name(Kind::kSuffix, Action::kInclude, text);
  return out.name(Kind::kWildcard, Action::kInclude, "*" + std::string(text));
}

struct Field {
  std::string_view key;
  Take take;
};
constexpr std::array<Field, 5> kFields = {
    {{"domain",
      [](RuleWriter& out, std::string_view text) {
        return out.name(Kind::kExact, Action::kInclude, text);
      }},
     {"domain_suffix", take_suffix},
     {"domain_keyword",
      [](RuleWriter& out, std::string_view text) {
        return out.pattern(Kind::kKeyword, Action::kInclude, text);
      }},
     {"domain_regex",
      [](RuleWriter& out, std::string_view text) {
        return out.pattern(Kind::kRegex, Action::kInclude, text);
      }},
     {"ip_cidr",
      [](RuleWriter& out, std::string_view text) { return out.network(Action::kInclude, text); }}}};

const Field* field_of(std::string_view key) {
  const auto* const found = std::ranges::find(kFields, key, &Field::key);
  return found == kFields.end() ? nullptr : found;
}

class RuleReader {
 public:
  RuleReader(RuleWriter& out, const std::function<void(size_t, Taken)>& tell)
      : out_(out), tell_(tell) {}

  void read(element rule) {
    ++number_;
    object fields;
    if (rule.get(fields) != simdjson::SUCCESS || !says_names_only(fields))
      return tell_(number_, Taken::refused(Refusal::kUnsupported));
    for (const auto& field : fields) read(*field_of(field.key), field.value);
  }

 private:
  static bool says_names_only(object fields) {
    return std::ranges::all_of(fields, [](const auto& field) { return field_of(field.key); });
  }
  void read(const Field& field, element value) {
    array texts;
    if (value.get(texts) != simdjson::SUCCESS) return read_text(field, value);
    for (const element text : texts) read_text(field, text);
  }
  void read_text(const Field& field, element value) {
    std::string_view text;
    const bool is_text = value.get(text) == simdjson::SUCCESS;
    tell_(number_, is_text ? field.take(out_, text) : Taken::refused(Refusal::kUnsupported));
  }

  RuleWriter& out_;
  const std::function<void(size_t, Taken)>& tell_;
  size_t number_ = 0;
};

}  // namespace

void read_sing_box(std::string_view text, RuleWriter& out,
                   const std::function<void(size_t number, Taken taken)>& tell) {
  simdjson::dom::parser parser;
  const simdjson::padded_string padded(text);
  array rules;
  if (parser.parse(padded)["rules"].get(rules) != simdjson::SUCCESS)
    return tell(1, Taken::refused(Refusal::kUnsupported));
  RuleReader reader(out, tell);
  for (const element rule : rules) reader.read(rule);
}

}  // namespace weir::names
