// Reading each line as a list of its own, and asking it.
#include "names/explain.h"

#include "names/matcher.h"

namespace weir::names {
namespace {

constexpr size_t kMostSays = 100;
constexpr size_t kExcerpt = 200;

std::optional<Action> ask(const List& list, Bytes name) {
  if (list.name_count() + list.patterns().size() == 0) return std::nullopt;
  const auto matcher = Matcher::compile({{0, &list}}, 1);
  if (!matcher) return std::nullopt;
  const Verdict verdict = (*matcher)->match(name);
  if (verdict.decided() == 0) return std::nullopt;
  return verdict.excluded != 0 ? Action::kExclude : Action::kInclude;
}

}  // namespace

std::vector<Say> explain(std::string_view text, Bytes name) {
  std::vector<Say> says;
  const size_t first = text.find_first_not_of(" \t\r\n");
  if (first != std::string_view::npos && text[first] == '{') {
    if (const auto action = ask(read_list(text).list, name)) says.push_back({0, *action, {}});
    return says;
  }
  for (size_t number = 1; !text.empty() && says.size() < kMostSays; ++number) {
    const size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (const auto action = ask(read_list(line).list, name))
      says.push_back({number, *action, std::string(line.substr(0, kExcerpt))});
  }
  return says;
}

}  // namespace weir::names
