// `weir domains test`: reads the lists of the settings and tells which of them want a name.
#include <fmt/format.h>

#include <cstdio>

#include "app/commands.h"
#include "app/commands/report.h"
#include "app/settings.h"
#include "base/log.h"
#include "names/files/collection.h"
#include "names/files/explain.h"
#include "names/name_text.h"

namespace weir::app {
namespace {

void print_says(const std::string& where, std::string_view text, Bytes name) {
  for (const names::Say& say : names::explain(text, name))
    fmt::print("  {}:{}: {}{}\n", where, say.line,
               say.action == names::Action::kExclude ? "(excludes) " : "",
               log::escape_text(say.text));
}

/// True when a set wants the name.
bool print_name(const std::string& text, Bytes name, const std::vector<names::SetSource>& sets,
                const names::Matcher& matcher) {
  const names::Verdict verdict = matcher.match(name);
  bool wanted = false;
  for (size_t number = 0; number < sets.size(); ++number) {
    if ((verdict.decided() & names::set_bit(number)) == 0) continue;
    const bool included = (verdict.included & names::set_bit(number)) != 0;
    wanted |= included;
    const names::SetSource& set = sets[number];
    fmt::print("{}: {} {}\n", text, included ? "in set" : "excluded from set", set.name);
    std::string lines;
    for (const std::string& line : set.lines) lines += line + '\n';
    print_says("names of " + set.name, lines, name);
    for (const std::string& file : set.files)
      if (const auto list = names::read_text(file)) print_says(file, *list, name);
  }
  if (verdict.decided() == 0) fmt::print("{}: in no set\n", text);
  return wanted;
}

}  // namespace

int run(const DomainsCommand& command) {
  const auto loaded = load_settings(command.config, config::process_environment);
  if (!loaded) return report_mistakes(loaded.error());
  std::vector<names::SetSource> sets;
  for (const route::SetSettings& set : loaded->settings.route.sets)
    sets.push_back({set.name, set.lists, set.names});
  names::Collection collection(sets, loaded->settings.route.guard, 1);
  const auto lists = collection.load();
  if (!lists) {
    fmt::print(stderr, "weir domains: {}\n", lists.error().what);
    return kExitWrongInput;
  }
  bool all = true;
  for (const std::string& text : command.names) {
    names::NameBuffer buffer;
    const auto name = names::to_wire(text, buffer);
    if (!name) {
      fmt::print(stderr, "weir domains: {} is no name\n", log::escape_text(text));
      return kExitWrongInput;
    }
    all &= print_name(text, *name, sets, *lists->matcher);
  }
  return all ? kExitDone : kExitFailed;
}

}  // namespace weir::app
