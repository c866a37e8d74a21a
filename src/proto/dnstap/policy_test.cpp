// A policy, read and written (row R-13).
#include "proto/dnstap/policy.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "kit/dnstap.h"

namespace weir::dnstap {
namespace {

using kit::octets_of;

// RPZ, rule `rpz.test.` in wire form, LOCAL_DATA, QNAME, value `a.`.
const std::string kWhole = "0a0352505a120a0372707a047465737400180620012a03016100";

TEST(Policy, R13_every_field_is_read_and_written) {
  const Octets octets = octets_of(kWhole);
  const auto policy = decode_policy(octets);
  ASSERT_TRUE(policy.ok()) << to_text(policy.error());
  EXPECT_EQ(policy->type, "RPZ");
  EXPECT_EQ(to_hex(*policy->rule), "0372707a047465737400");
  EXPECT_EQ(policy->action, PolicyAction::kLocalData);
  EXPECT_EQ(policy->match, PolicyMatch::kQname);
  EXPECT_EQ(to_hex(*policy->value), "016100");
  EXPECT_TRUE(policy->unknown_fields.empty());
  Octets out;
  encode_policy(*policy, out);
  EXPECT_EQ(to_hex(out), kWhole);
}

TEST(Policy, what_is_absent_stays_absent) {
  const auto empty = decode_policy({});
  ASSERT_TRUE(empty.ok());
  EXPECT_FALSE(empty->type || empty->rule || empty->action || empty->match || empty->value);
  Octets out;
  encode_policy(*empty, out);
  EXPECT_TRUE(out.empty());
}

TEST(Policy, R13_future_numbers_and_fields_survive) {
  const std::string hex = "1863207b3001";
  const Octets octets = octets_of(hex);
  const auto policy = decode_policy(octets);
  ASSERT_TRUE(policy.ok());
  EXPECT_EQ(policy->action, static_cast<PolicyAction>(99));
  EXPECT_EQ(policy->match, static_cast<PolicyMatch>(123));
  EXPECT_EQ(to_hex(policy->unknown_fields), "3001");
  Octets out;
  encode_policy(*policy, out);
  EXPECT_EQ(to_hex(out), hex);
}

TEST(Policy, every_truncation_is_a_fault_or_a_shorter_policy) {
  const Octets whole = octets_of(kWhole);
  const std::vector<size_t> ends = {0, 5, 17, 19, 21, 26};
  for (size_t size = 0; size <= whole.size(); ++size) {
    const auto policy = decode_policy(Bytes(whole).first(size));
    const bool is_end = std::find(ends.begin(), ends.end(), size) != ends.end();
    EXPECT_EQ(policy.ok(), is_end) << size;
    if (!policy) {
      EXPECT_EQ(policy.error(), DecodeFault::kTruncated);
    }
  }
}

TEST(Policy, a_known_field_written_in_another_way_is_a_fault) {
  for (const std::string_view hex : {"0801", "1001", "1a00", "2500000000", "2801"}) {
    const auto policy = decode_policy(octets_of(hex));
    ASSERT_FALSE(policy.ok()) << hex;
    EXPECT_EQ(policy.error(), DecodeFault::kWireType) << hex;
  }
}

}  // namespace
}  // namespace weir::dnstap
