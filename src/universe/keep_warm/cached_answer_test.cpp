// Tests of what an answer shows of the edge's cache.
#include "universe/keep_warm/cached_answer.h"

#include <gtest/gtest.h>

#include "kit/dns_messages.h"

namespace weir::universe {
namespace {

using dns::Rcode;
using dns::Section;
using dns::Type;

std::optional<CachedAnswer> read(const Octets& message) {
  model::Observation seen;
  seen.type = model::MessageType::kClientResponse;
  seen.response_message = message;
  return read_cached_answer(seen);
}

TEST(CachedAnswer, lives_as_long_as_the_shortest_lived_of_its_records) {
  const auto answer =
      read(kit::answer("WWW.example", Type::kA, Rcode::kNoError,
                       {{Section::kAnswer, "www.example", 300, Type::kCname, "cdn.example."},
                        {Section::kAnswer, "cdn.example", 60, Type::kA, "192.0.2.1"},
                        {Section::kAuthority, "example", 20, Type::kNs, "ns.example."}}));
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->target.name.to_text(), "www.example.");
  EXPECT_EQ(answer->target.type, Type::kA);
  EXPECT_FALSE(answer->target.dnssec_ok);
  EXPECT_EQ(answer->ttl, 20U);
  EXPECT_EQ(answer->records, 2U);
}

TEST(CachedAnswer, is_a_positive_one) {
  EXPECT_FALSE(read(kit::answer("a.example", Type::kA, Rcode::kNxDomain, {})));
  EXPECT_FALSE(
      read(kit::answer("a.example", Type::kA, Rcode::kNoError,
                       {{Section::kAnswer, "a.example", 300, Type::kCname, "b.example."}})));
  EXPECT_FALSE(read({}));
}

TEST(CachedAnswer, a_ttl_with_its_top_bit_set_is_zero) {
  const auto answer =
      read(kit::answer("a.example", Type::kA, Rcode::kNoError,
                       {{Section::kAnswer, "a.example", 0x80000001, Type::kA, "192.0.2.1"}}));
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->ttl, 0U);
}

}  // namespace
}  // namespace weir::universe
