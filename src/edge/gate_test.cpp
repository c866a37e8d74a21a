// The gate: who is let in, and that no octets whatever get past it that are not one proper
// question.
#include "edge/gate.h"

#include <gtest/gtest.h>

#include "base/random.h"
#include "kit/dns_messages.h"

namespace weir::edge {
namespace {

class GateTest : public ::testing::Test {
 protected:
  GateTest() { settings_.allow = {*Prefix::parse("127.0.0.0/8"), *Prefix::parse("fd00::/8")}; }
  GateVerdict examine(Bytes octets, std::string_view from = "127.0.0.1") {
    Arrival arrival;
    arrival.octets = octets;
    arrival.client = {*IpAddress::parse(from), 5000};
    arrival.protocol = model::Protocol::kUdp;
    query_ = Query{};
    return gate_.examine(arrival, query_);
  }
  EdgeSettings settings_;
  Gate gate_{settings_};
  Query query_;
};

TEST_F(GateTest, W02_strangers_are_dropped_and_others_are_not) {
  const Octets octets = kit::query("a.test");
  EXPECT_EQ(examine(octets, "192.0.2.1").passage, Passage::kDrop);
  EXPECT_EQ(examine(octets, "192.0.2.1").drop, DropReason::kAcl);
  EXPECT_EQ(examine(octets, "2001:db8::1").passage, Passage::kDrop);
  EXPECT_EQ(examine(octets, "127.9.9.9").passage, Passage::kPass);
  EXPECT_EQ(examine(octets, "fd12::1").passage, Passage::kPass);
  EXPECT_EQ(examine(octets, "::ffff:127.0.0.1").passage, Passage::kPass);
  settings_.refuse_with_rcode = true;
  EXPECT_EQ(examine(octets, "192.0.2.1").refusal.rcode, dns::Rcode::kRefused);
}

TEST_F(GateTest, a_query_is_read_once_and_whole) {
  const Octets octets =
      kit::query("Www.Example.org", dns::Type::kHttps, {7, dns::flag::kRd, true, 4096, true});
  ASSERT_EQ(examine(octets).passage, Passage::kPass);
  EXPECT_EQ(query_.id, 7);
  EXPECT_EQ(query_.type, dns::Type::kHttps);
  EXPECT_TRUE(query_.edns);
  EXPECT_TRUE(query_.dnssec_ok);
  EXPECT_EQ(query_.payload, 4096);
  EXPECT_EQ(dns::wire_name_to_text(query_.name()), "Www.Example.org.");
}

TEST_F(GateTest, P16_a_query_cut_anywhere_is_never_passed) {
  const Octets octets = kit::query("www.example.org", dns::Type::kA, {1, dns::flag::kRd, true});
  for (size_t size = 0; size < octets.size(); ++size)
    EXPECT_NE(examine(Bytes(octets).first(size)).passage, Passage::kPass) << size;
}

TEST_F(GateTest, P16_changed_octets_are_refused_or_still_one_question) {
  const Octets octets = kit::query("www.example.org", dns::Type::kA, {1, dns::flag::kRd, true});
  SeededRandom random(3);
  int passed = 0;
  for (int i = 0; i < 200'000; ++i) {
    Octets changed = octets;
    for (uint64_t n = 1 + random.below(4); n > 0; --n)
      changed[random.below(changed.size())] = static_cast<uint8_t>(random.next());
    if (examine(changed).passage != Passage::kPass) continue;
    ++passed;
    ASSERT_GE(query_.question_size, 5);
    ASSERT_TRUE(equal(query_.question_octets(),
                      Bytes(changed).subspan(dns::kHeaderSize, query_.question_size)));
    ASSERT_EQ(query_.name().back(), 0);
  }
  EXPECT_GT(passed, 1000);
}

TEST_F(GateTest, more_options_than_anybody_needs_are_refused) {
  Octets buffer(512);
  dns::Builder builder(buffer, 1, dns::flag::kRd);
  builder.question(*dns::Name::parse("a.test"), dns::Type::kA);
  builder.begin_edns(1232, 0, 0, false);
  for (int i = 0; i < 17; ++i) builder.option(dns::Option::kPadding, {});
  builder.end_edns();
  buffer.resize(builder.size_octets());
  EXPECT_EQ(examine(buffer).refusal.rcode, dns::Rcode::kFormErr);
}

}  // namespace
}  // namespace weir::edge
