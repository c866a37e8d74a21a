// The order of refusals, and the networks that no answer can make a route of.
#include "route/admission.h"

#include <array>

#include "base/check.h"

namespace weir::route {
namespace {

// IANA's special-purpose registries (RFC 6890 and after), and multicast. Networks that are inside
// another of these are left out.
constexpr std::array<std::string_view, 33> kSpecial = {
    "0.0.0.0/8",      "10.0.0.0/8",     "100.64.0.0/10",     "127.0.0.0/8",     "169.254.0.0/16",
    "172.16.0.0/12",  "192.0.0.0/24",   "192.0.2.0/24",      "192.31.196.0/24", "192.52.193.0/24",
    "192.88.99.0/24", "192.168.0.0/16", "192.175.48.0/24",   "198.18.0.0/15",   "198.51.100.0/24",
    "203.0.113.0/24", "224.0.0.0/4",    "240.0.0.0/4",       "::/127",          "::ffff:0:0/96",
    "64:ff9b::/96",   "64:ff9b:1::/48", "100::/64",          "100:0:0:1::/64",  "2001::/23",
    "2001:db8::/32",  "2002::/16",      "2620:4f:8000::/48", "3fff::/20",       "5f00::/16",
    "fc00::/7",       "fe80::/10",      "ff00::/8"};

}  // namespace

std::string_view to_text(Refusal refusal) {
  switch (refusal) {
    case Refusal::kFamily: return "family";
    case Refusal::kSpecial: return "special";
    case Refusal::kOurs: return "ours";
    case Refusal::kNever: return "never";
    case Refusal::kExcluded: return "excluded";
    case Refusal::kTooShort: return "too_short";
    case Refusal::kNameCap: return "name_cap";
    case Refusal::kSetCap: return "set_cap";
    case Refusal::kTotalCap: return "total_cap";
    case Refusal::kRate: return "rate";
  }
  return "unknown";
}

const PrefixSet& special_prefixes() {
  static const PrefixSet special = [] {
    std::vector<Prefix> prefixes;
    for (const std::string_view text : kSpecial) prefixes.push_back(*Prefix::parse(text));
    return PrefixSet(prefixes);
  }();
  return special;
}

void Admission::configure(size_t set, const SetPolicy& policy) {
  if (set >= sets_.size()) sets_.resize(set + 1);
  sets_[set] = {policy.ipv4,
                policy.ipv6,
                policy.least_length_v4,
                policy.least_length_v6,
                PrefixSet(policy.excluded),
                PrefixSet(policy.allow_special)};
}

void Admission::set_ours(std::span<const IpAddress> addresses) {
  std::vector<Prefix> hosts;
  for (const IpAddress& address : addresses) hosts.push_back(host_prefix(address));
  ours_ = PrefixSet(hosts);
}

std::optional<Refusal> Admission::refuse(size_t set, const Prefix& prefix) const {
  CHECK(set < sets_.size());
  const Rules& rules = sets_[set];
  const bool v6 = prefix.address.is_v6();
  if (!(v6 ? rules.ipv6 : rules.ipv4)) return Refusal::kFamily;
  if (!rules.allowed.covers(prefix)) {
    if (special_prefixes().touches(prefix)) return Refusal::kSpecial;
    if (never_.touches(prefix)) return Refusal::kNever;
  }
  if (is_host(prefix) && ours_.contains(prefix.address)) return Refusal::kOurs;
  if (rules.excluded.touches(prefix)) return Refusal::kExcluded;
  if (prefix.length < (v6 ? rules.least_length_v6 : rules.least_length_v4))
    return Refusal::kTooShort;
  return std::nullopt;
}

}  // namespace weir::route
