// Policies in words.
#include "flow/wire/dnstap_policy.h"

#include "flow/text.h"
#include "proto/dns/name.h"
#include "proto/dnstap/policy.h"

namespace weir::flow {
namespace {

bool is_address(dnstap::PolicyMatch match) {
  using Match = dnstap::PolicyMatch;
  return match == Match::kClientIp || match == Match::kResponseIp || match == Match::kNsIp;
}

/// An address or a name in wire form, whichever the match says; as it came if it is neither.
std::string value_text(const dnstap::Policy& policy) {
  const Bytes octets = policy.value.value_or(Bytes());
  std::string text;
  const auto address = IpAddress::from_octets(octets);
  if (policy.match && is_address(*policy.match) && address) {
    append_address(text, *address);
  } else if (const auto end = dns::check_name(octets, 0); end && *end == octets.size()) {
    append_name(text, octets);
  } else {
    text = as_text(octets);
  }
  return text;
}

/// The enumerator, from 1 to `last`, whose word it is.
template <typename Enum>
std::optional<Enum> from_word(std::string_view word, Enum last) {
  for (int32_t i = 1; i <= static_cast<int32_t>(last); ++i)
    if (to_text(static_cast<Enum>(i)) == word) return static_cast<Enum>(i);
  return std::nullopt;
}

}  // namespace

PolicyWords policy_words(const model::DnstapExtras* extras) {
  PolicyWords words;
  if (extras == nullptr || extras->policy.empty()) return words;
  const auto policy = dnstap::decode_policy(extras->policy);
  if (!policy) return words;
  words.type = policy->type.value_or(std::string_view());
  words.rule = as_text(policy->rule.value_or(Bytes()));
  if (policy->action) words.action = to_text(*policy->action);
  if (policy->match) words.match = to_text(*policy->match);
  words.value = value_text(*policy);
  return words;
}

void append_policy(const PolicyWords& words, Octets& out) {
  dnstap::Policy policy;
  if (!words.type.empty()) policy.type = words.type;
  if (!words.rule.empty()) policy.rule = as_bytes(words.rule);
  policy.action = from_word(words.action, dnstap::PolicyAction::kLocalData);
  policy.match = from_word(words.match, dnstap::PolicyMatch::kNsIp);
  const auto address =
      policy.match && is_address(*policy.match) ? IpAddress::parse(words.value) : std::nullopt;
  const auto name = dns::Name::parse(words.value);
  if (address)
    policy.value = address->octets();
  else if (name && !words.value.empty())
    policy.value = name->wire();
  encode_policy(policy, out);
}

std::string_view http_protocol_word(const model::DnstapExtras* extras) {
  if (extras == nullptr || extras->http_protocol == 0) return {};
  return to_text(static_cast<dnstap::HttpProtocol>(extras->http_protocol));
}

}  // namespace weir::flow
