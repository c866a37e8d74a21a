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

std::string_view http_protocol_word(const model::DnstapExtras* extras) {
  if (extras == nullptr || extras->http_protocol == 0) return {};
  return to_text(static_cast<dnstap::HttpProtocol>(extras->http_protocol));
}

}  // namespace weir::flow
