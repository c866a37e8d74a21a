// Arbitrary text as a list of names: it is read without harm, every rule is a whole folded name,
// what was refused is counted, and each rule on a name decides about that name.
#include <algorithm>

#include "base/check.h"
#include "names/matcher.h"
#include "names/reader.h"
#include "proto/dns/name.h"

namespace {

using weir::names::Kind;
using weir::names::List;
using weir::names::Matcher;
using weir::names::NameRule;

void check_rules(const List& list) {
  const auto matcher = Matcher::compile({{5, &list}}, 7);
  list.each_name([&](const NameRule& rule) {
    const auto name = weir::dns::Name::from_wire(rule.name);
    CHECK(weir::equal(name.folded().wire(), rule.name));
    CHECK(!name.is_root());
    if (matcher && rule.kind != Kind::kWildcard)
      CHECK((*matcher)->match(rule.name).decided() == weir::names::set_bit(5));
  });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  weir::names::ReadOptions options;
  if (data[0] % 2 != 0) options.bare = Kind::kExact;
  if (data[0] % 3 == 0) options.attributes = {"cn", "-ads"};
  const auto reading = read_list(weir::as_text({data + 1, size - 1}), options);
  CHECK(reading.diagnostics.size() ==
        std::min(reading.refused_total(), weir::names::kMostDiagnostics));
  CHECK(reading.refused_total() + reading.filtered <= reading.lines);
  check_rules(reading.list);
  return 0;
}
