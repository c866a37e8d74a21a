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
  const size_t begin = out.size();
  size_t most = kValue * protobuf::kMostFieldOverhead + policy.unknown_fields.size();
  if (policy.type) most += policy.type->size();
  if (policy.rule) most += policy.rule->size();
  if (policy.value) most += policy.value->size();
  out.resize(begin + most);
  protobuf::FieldWriter fields(out.data() + begin);
  if (policy.type) fields.bytes(kType, as_bytes(*policy.type));
  fields.bytes(kRule, policy.rule);
  fields.number(kAction, policy.action);
  fields.number(kMatch, policy.match);
  fields.bytes(kValue, policy.value);
  fields.unknown(policy.unknown_fields, is_policy_field);
  out.resize(static_cast<size_t>(fields.end() - out.data()));
}

}  // namespace weir::dnstap
