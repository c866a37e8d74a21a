// All patterns in one automaton of RE2, of bounded memory.
#include "names/patterns.h"

#include <re2/re2.h>
#include <re2/set.h>

#include <algorithm>
#include <string>

namespace weir::names {
namespace {

constexpr int64_t kMostAutomaton = 16 << 20;  // octets, of the automaton of all
constexpr int64_t kMostProgram = 256 << 10;   // octets, of one pattern alone

RE2::Options options(int64_t most_memory) {
  RE2::Options options;
  options.set_log_errors(false);
  options.set_case_sensitive(false);
  options.set_encoding(RE2::Options::EncodingLatin1);  // an octet is an octet
  options.set_max_mem(most_memory);
  return options;
}

re2::StringPiece piece(std::string_view text) { return {text.data(), text.size()}; }

}  // namespace

bool is_keyword(std::string_view text) {
  return !text.empty() && text.size() <= kMostPatternOctets &&
         std::ranges::all_of(text, [](char c) { return c > ' ' && c < 0x7f; });
}

bool is_regex(std::string_view text) {
  return is_keyword(text) && RE2(piece(text), options(kMostProgram)).ok();
}

struct PatternSet::State {
  RE2::Set together{options(kMostAutomaton), RE2::UNANCHORED};
  size_t size = 0;
};

PatternSet::PatternSet(std::unique_ptr<State> state) : state_(std::move(state)) {}
PatternSet::~PatternSet() = default;

Result<std::unique_ptr<PatternSet>> PatternSet::compile(const std::vector<Pattern>& patterns) {
  if (patterns.size() > kMostPatterns)
    return Error{Fault::kConfig, std::to_string(patterns.size()) +
                                     " keywords and regular expressions are more than " +
                                     std::to_string(kMostPatterns)};
  auto state = std::make_unique<State>();
  state->size = patterns.size();
  for (const Pattern& pattern : patterns) {
    const std::string expression = pattern.kind == Kind::kKeyword
                                       ? RE2::QuoteMeta(piece(pattern.text))
                                       : std::string(pattern.text);
    std::string why;
    if (state->together.Add(expression, &why) < 0)
      return Error{Fault::kConfig, "RE2 does not take \"" + expression + "\": " + why};
  }
  // What fits for one name fits for all: RE2 forgets states when there are too many.
  RE2::Set::ErrorInfo error{};
  std::vector<int> found;
  if (!state->together.Compile() ||
      (!state->together.Match("", &found, &error) && error.kind == RE2::Set::kOutOfMemory))
    return Error{Fault::kConfig, "the keywords and regular expressions need too much memory"};
  return std::unique_ptr<PatternSet>(new PatternSet(std::move(state)));
}

void PatternSet::find(std::string_view name, std::vector<int>& found) const {
  found.clear();
  state_->together.Match(piece(name), &found);
}

size_t PatternSet::size() const { return state_->size; }

}  // namespace weir::names
