// The policy that a resolver applied to a message, as dnstap.proto has it: a view of
// `Message::policy`, and back again.
#pragma once

#include <optional>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"
#include "proto/dnstap/message.h"

namespace weir::dnstap {

/// dnstap.proto, Policy.
struct Policy {
  std::optional<std::string_view> type;  // for example `RPZ`
  std::optional<Bytes> rule;
  std::optional<PolicyAction> action;
  std::optional<PolicyMatch> match;
  std::optional<Bytes> value;  // what matched: a name in wire form or an address
  Bytes unknown_fields;        // as Message's
};

Result<Policy, DecodeFault> decode_policy(Bytes octets);
/// Appends what goes into `Message::policy`.
void encode_policy(const Policy& policy, Octets& out);

}  // namespace weir::dnstap
