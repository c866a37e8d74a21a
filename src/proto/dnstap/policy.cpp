// dnstap.proto's Policy: fields by their numbers.
#include "proto/dnstap/policy.h"

#include "proto/dnstap/protobuf.h"

namespace weir::dnstap {
namespace {

using protobuf::FieldReader;
using protobuf::tag;
using protobuf::Wire;

enum Field : uint32_t { kType = 1, kRule, kAction, kMatch, kValue };
bool is_policy_field(uint32_t field) { return field >= kType && field <= kValue; }

}  // namespace

Result<Policy, DecodeFault> decode_policy(Bytes octets) {
  Policy policy;
  FieldReader fields(octets);
  while (fields.next()) {
    switch (fields.tag()) {
      case tag(kType, Wire::kBytes): policy.type = as_text(fields.bytes()); break;
      case tag(kRule, Wire::kBytes): policy.rule = fields.bytes(); break;
      case tag(kAction, Wire::kVarint): policy.action = fields.enumerator<PolicyAction>(); break;
      case tag(kMatch, Wire::kVarint): policy.match = fields.enumerator<PolicyMatch>(); break;
      case tag(kValue, Wire::kBytes): policy.value = fields.bytes(); break;
      default:
        fields.skip(is_policy_field(fields.field()));
        protobuf::widen(policy.unknown_fields, fields.octets());
    }
  }
  if (fields.fault() != DecodeFault::kNone) return fields.fault();
  return policy;
}

void encode_policy(const Policy& policy, Octets& out) {
  using namespace protobuf;
  if (policy.type) append_bytes(out, kType, as_bytes(*policy.type));
  append_bytes(out, kRule, policy.rule);
  append_number(out, kAction, policy.action);
  append_number(out, kMatch, policy.match);
  append_bytes(out, kValue, policy.value);
  append_unknown(out, policy.unknown_fields, is_policy_field);
}

}  // namespace weir::dnstap
