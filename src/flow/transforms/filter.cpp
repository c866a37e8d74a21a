// The transform that lets through what is asked for, and not what is excepted.
#include <algorithm>

#include "flow/lane/transform.h"
#include "flow/settings.h"
#include "flow/store/query_filter.h"

namespace weir::flow {
namespace {

/// Whether a condition without words holds, or one of its words.
template <typename Word, typename Holds>
bool any_of(const std::vector<Word>& words, Holds holds) {
  return words.empty() || std::ranges::any_of(words, holds);
}

bool is_below_one(const std::vector<dns::Name>& names, Bytes qname) {
  if (names.empty()) return true;
  if (qname.empty()) return false;
  const dns::Name asked = dns::Name::from_wire(qname);
  return std::ranges::any_of(names, [&](const dns::Name& name) { return asked.is_within(name); });
}

bool holds(const Conditions& conditions, const model::Observation& seen) {
  return any_of(conditions.message_types, [&](auto type) { return type == seen.type; }) &&
         any_of(conditions.types, [&](auto type) { return has_type(seen, type); }) &&
         any_of(conditions.rcodes, [&](auto rcode) { return has_rcode(seen, rcode); }) &&
         any_of(conditions.clients, [&](const Prefix& net) { return is_from(seen, net); }) &&
         is_below_one(conditions.names, seen.qname);
}

class Filter final : public Transform {
 public:
  Filter(const std::optional<Conditions>& only, const std::optional<Conditions>& except)
      : only_(only), except_(except) {}

  bool apply(model::Observation& seen) override {
    return (!only_ || holds(*only_, seen)) && (!except_ || !holds(*except_, seen));
  }

 private:
  const std::optional<Conditions> only_, except_;
};

}  // namespace

std::unique_ptr<Transform> make_filter(const std::optional<Conditions>& only,
                                       const std::optional<Conditions>& except) {
  return std::make_unique<Filter>(only, except);
}

}  // namespace weir::flow
