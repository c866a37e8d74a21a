// what a policy did is told in words.
#include "flow/wire/dnstap_policy.h"

#include <gtest/gtest.h>

#include "proto/dnstap/policy.h"

namespace weir::flow {
namespace {

PolicyWords words_of(const dnstap::Policy& policy) {
  Octets octets;
  encode_policy(policy, octets);
  model::DnstapExtras extras;
  extras.policy = octets;
  const PolicyWords words = policy_words(&extras);
  EXPECT_EQ(words.rule, as_text(policy.rule.value_or(Bytes())));
  return {.action = words.action, .match = words.match, .value = words.value};
}

TEST(DnstapPolicy, R13_a_name_that_matched) {
  dnstap::Policy policy;
  policy.type = "RPZ";
  policy.rule = as_bytes("rule-1");
  policy.action = dnstap::PolicyAction::kNxdomain;
  policy.match = dnstap::PolicyMatch::kQname;
  policy.value = as_bytes(std::string_view("\7example\3org\0", 13));
  const PolicyWords words = words_of(policy);
  EXPECT_EQ(words.action, "NXDOMAIN");
  EXPECT_EQ(words.match, "QNAME");
  EXPECT_EQ(words.value, "example.org");
}

TEST(DnstapPolicy, R13_an_address_that_matched) {
  dnstap::Policy policy;
  policy.match = dnstap::PolicyMatch::kResponseIp;
  policy.value = as_bytes("\xc0\x02\x02\x07");
  EXPECT_EQ(words_of(policy).value, "192.2.2.7");
}

TEST(DnstapPolicy, what_is_neither_is_shown_as_it_came) {
  dnstap::Policy policy;
  policy.match = dnstap::PolicyMatch::kQname;
  policy.value = as_bytes("*.example.org");
  EXPECT_EQ(words_of(policy).value, "*.example.org");
}

TEST(DnstapPolicy, without_one_or_with_nonsense_there_are_no_words) {
  EXPECT_TRUE(policy_words(nullptr).type.empty());
  model::DnstapExtras extras;
  extras.policy = as_bytes("\xff\xff");
  EXPECT_TRUE(policy_words(&extras).rule.empty());
  EXPECT_TRUE(http_protocol_word(&extras).empty());
  extras.http_protocol = 2;
  EXPECT_EQ(http_protocol_word(&extras), "HTTP2");
  extras.http_protocol = 200;
  EXPECT_TRUE(http_protocol_word(&extras).empty());
}

}  // namespace
}  // namespace weir::flow
