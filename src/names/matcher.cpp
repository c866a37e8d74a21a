// Compiling rules from short names to long, so that what an ancestor says is known before; and
// looking up every suffix of a name at once.
#include "names/matcher.h"

#include <array>
#include <unordered_map>

#include "base/check.h"
#include "base/hash.h"
#include "names/name_text.h"

namespace weir::names {
namespace {

constexpr size_t kMostLabels = 127;  // of a name of 255 octets

size_t count_labels(const uint8_t* name) {
  size_t count = 0;
  for (; *name != 0; name += *name + 1) ++count;
  return count;
}

}  // namespace

/// A rule that waits for its turn. The name lies in its list.
struct MatcherRule {
  const uint8_t* name;
  uint8_t size;
  uint8_t set;
  Kind kind;
  Action action;
};

class MatcherCompiler {
 public:
  explicit MatcherCompiler(Matcher& matcher) : matcher_(matcher) {
    matcher_.rulings_.emplace_back();
  }

  void add_all(const std::vector<Matcher::Member>& members);
  Status add_patterns(const std::vector<Matcher::Member>& members);

 private:
  std::vector<MatcherRule> by_depth(const std::vector<Matcher::Member>& members);
  Fingerprints::Key look_ahead(const MatcherRule& rule) const;
  void add(const MatcherRule& rule, const Fingerprints::Key& key);
  bool is_included_above(const MatcherRule& rule) const;
  uint32_t with(uint32_t ruling, const MatcherRule& rule);

  struct HashRuling {
    size_t operator()(const Matcher::Ruling& ruling) const {
      return hash64({reinterpret_cast<const uint8_t*>(&ruling), sizeof ruling});
    }
  };

  Matcher& matcher_;
  std::unordered_map<Matcher::Ruling, uint32_t, HashRuling> numbers_;
  // Of rules that are the first on their name, by set, kind and action; 0: not made yet.
  std::array<uint32_t, kMostSets * 6> first_{};
};

std::vector<MatcherRule> MatcherCompiler::by_depth(const std::vector<Matcher::Member>& members) {
  std::array<size_t, kMostLabels + 2> start{};
  for (const auto& [set, list] : members)
    list->each_name([&](const NameRule& rule) { ++start[count_labels(rule.name.data()) + 1]; });
  for (size_t depth = 1; depth < start.size(); ++depth) {
    if (start[depth] == 0) continue;
    if (matcher_.deepest_ == 0) matcher_.shallowest_ = depth - 1;
    matcher_.deepest_ = depth - 1;
  }
  for (size_t depth = 1; depth < start.size(); ++depth) start[depth] += start[depth - 1];
  std::vector<MatcherRule> rules(start.back());
  for (const auto& [set, list] : members)
    list->each_name([&, into = static_cast<uint8_t>(set)](const NameRule& rule) {
      rules[start[count_labels(rule.name.data())]++] = {
          rule.name.data(), static_cast<uint8_t>(rule.name.size()), into, rule.kind, rule.action};
    });
  return rules;
}

void MatcherCompiler::add_all(const std::vector<Matcher::Member>& members) {
  // The table is larger than the processor's caches: ask for the places of some names before the
  // first of them is needed.
  constexpr size_t kAhead = 32;
  const std::vector<MatcherRule> rules = by_depth(members);
  std::array<Fingerprints::Key, kAhead> keys;
  for (size_t from = 0; from < rules.size(); from += kAhead) {
    const size_t count = std::min(kAhead, rules.size() - from);
    for (size_t i = 0; i < count; ++i) keys[i] = look_ahead(rules[from + i]);
    for (size_t i = 0; i < count; ++i) add(rules[from + i], keys[i]);
  }
}

Fingerprints::Key MatcherCompiler::look_ahead(const MatcherRule& rule) const {
  Bytes name(rule.name, rule.size);
  const Fingerprints::Key own = matcher_.names_.key(name);
  matcher_.names_.prefetch_to_write(own);
  for (size_t labels = count_labels(rule.name); labels > matcher_.shallowest_; --labels) {
    name = name.subspan(name[0] + size_t{1});
    matcher_.names_.prefetch(matcher_.names_.key(name));
  }
  return own;
}

/// An inclusion that an ancestor's rule has already said is left out. An exclusion is not: it has
/// to stand there against an inclusion of the same name.
void MatcherCompiler::add(const MatcherRule& rule, const Fingerprints::Key& key) {
  if (rule.action == Action::kInclude && is_included_above(rule)) {
    ++matcher_.folded_;
    return;
  }
  uint32_t& ruling = matcher_.names_.at(key);
  ruling = with(ruling, rule);
}

bool MatcherCompiler::is_included_above(const MatcherRule& rule) const {
  Bytes name(rule.name, rule.size);
  size_t labels = count_labels(rule.name);
  for (; labels > matcher_.shallowest_; --labels) {
    name = name.subspan(name[0] + size_t{1});
    const uint32_t* ruling = matcher_.names_.find(matcher_.names_.key(name));
    if (ruling == nullptr) continue;
    const Verdict& below = matcher_.rulings_[*ruling].below;
    if ((below.decided() & set_bit(rule.set)) == 0) continue;
    return (below.included & set_bit(rule.set)) != 0;
  }
  return false;
}

uint32_t MatcherCompiler::with(uint32_t ruling, const MatcherRule& rule) {
  uint32_t& known = first_[rule.set * 6U + static_cast<unsigned>(rule.kind) * 2U +
                           static_cast<unsigned>(rule.action)];
  if (ruling == 0 && known != 0) return known;
  Matcher::Ruling made = matcher_.rulings_[ruling];
  const auto say = [&](Verdict& verdict) {
    (rule.action == Action::kExclude ? verdict.excluded : verdict.included) |= set_bit(rule.set);
    verdict.included &= ~verdict.excluded;
  };
  if (rule.kind != Kind::kWildcard) say(made.self);
  if (rule.kind != Kind::kExact) say(made.below);
  const auto next = static_cast<uint32_t>(matcher_.rulings_.size());
  const auto [at, is_new] = numbers_.try_emplace(made, next);
  if (is_new) matcher_.rulings_.push_back(made);
  if (ruling == 0) known = at->second;
  return at->second;
}

Status MatcherCompiler::add_patterns(const std::vector<Matcher::Member>& members) {
  std::vector<PatternSet::Pattern> patterns;
  for (const auto& [set, list] : members) {
    for (const PatternRule& rule : list->patterns()) {
      patterns.push_back({rule.kind, rule.text});
      Verdict& says = matcher_.pattern_verdicts_.emplace_back();
      (rule.action == Action::kExclude ? says.excluded : says.included) = set_bit(set);
      matcher_.sets_with_patterns_ |= set_bit(set);
    }
  }
  if (patterns.empty()) return Done{};
  TRY(matcher_.patterns_, PatternSet::compile(patterns));
  return Done{};
}

Result<std::shared_ptr<const Matcher>> Matcher::compile(const std::vector<Member>& members,
                                                        uint64_t seed) {
  size_t names = 0;
  for (const auto& [set, list] : members) {
    CHECK(set < kMostSets);
    names += list->name_count();
  }
  std::shared_ptr<Matcher> matcher(new Matcher(seed, names));
  MatcherCompiler compiler(*matcher);
  TRY_DONE(compiler.add_patterns(members));
  compiler.add_all(members);
  return std::shared_ptr<const Matcher>(std::move(matcher));
}

Verdict Matcher::match(Bytes name) const {
  Verdict verdict = match_names(name);
  if ((sets_with_patterns_ & ~verdict.decided()) != 0) {
    const Verdict more = match_patterns(name);
    verdict.excluded |= more.excluded & ~verdict.included;
    verdict.included |= more.included & ~verdict.excluded;
  }
  return verdict;
}

Verdict Matcher::match_names(Bytes name) const {
  std::array<Fingerprints::Key, kMostLabels> keys;
  size_t count = 0;
  size_t labels = count_labels(name.data());
  size_t at = 0;
  for (; labels > deepest_; --labels) at += name[at] + size_t{1};
  const bool whole = at == 0;
  for (; labels >= shallowest_ && labels != 0; --labels) {
    keys[count] = names_.key(name.subspan(at));
    names_.prefetch(keys[count++]);
    at += name[at] + size_t{1};
  }
  Verdict verdict;
  for (size_t i = 0; i < count; ++i) {
    const uint32_t* number = names_.find(keys[i]);
    if (number == nullptr) continue;
    const Ruling& ruling = rulings_[*number];
    const Verdict& says = whole && i == 0 ? ruling.self : ruling.below;
    const SetMask open = ~verdict.decided();
    verdict.included |= says.included & open;
    verdict.excluded |= says.excluded & open;
  }
  return verdict;
}

Verdict Matcher::match_patterns(Bytes name) const {
  std::array<char, dns::kMaxName> buffer;
  std::vector<int> found;
  patterns_->find(to_plain_text(name, buffer), found);
  Verdict verdict;
  for (const int i : found) {
    verdict.included |= pattern_verdicts_[static_cast<size_t>(i)].included;
    verdict.excluded |= pattern_verdicts_[static_cast<size_t>(i)].excluded;
  }
  verdict.included &= ~verdict.excluded;
  return verdict;
}

Matcher::Statistics Matcher::statistics() const {
  return {names_.size(), folded_, pattern_verdicts_.size(),
          names_.octets() + rulings_.size() * sizeof(Ruling)};
}

}  // namespace weir::names
