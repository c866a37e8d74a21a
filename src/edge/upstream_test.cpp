// The state of an upstream: what its settings make of it, and its series.
#include "edge/upstream.h"

#include <gtest/gtest.h>

#include <set>

namespace weir::edge {
namespace {

UpstreamSettings settings(std::string address, std::string name = {}) {
  UpstreamSettings result;
  result.address = std::move(address);
  result.name = std::move(name);
  return result;
}

TEST(UpstreamState, the_address_gives_protocol_and_name) {
  metrics::Registry registry;
  const auto udp = make_upstream_state(settings("192.0.2.1"), registry);
  ASSERT_TRUE(udp.ok());
  EXPECT_EQ((*udp)->name, "192.0.2.1");
  EXPECT_EQ((*udp)->observed_as, model::Protocol::kUdp);
  EXPECT_EQ((*udp)->tls, nullptr);
  const auto tls = make_upstream_state(settings("tls://192.0.2.1", "first"), registry);
  ASSERT_TRUE(tls.ok());
  EXPECT_EQ((*tls)->name, "first");
  EXPECT_EQ((*tls)->observed_as, model::Protocol::kDot);
  EXPECT_NE((*tls)->tls, nullptr);
}

TEST(UpstreamState, wrong_settings_are_the_operators_error) {
  metrics::Registry registry;
  EXPECT_FALSE(make_upstream_state(settings("dns.example"), registry).ok());
  UpstreamSettings pinned = settings("tls://192.0.2.1");
  pinned.tls.pins = {"abc"};
  EXPECT_FALSE(make_upstream_state(pinned, registry).ok());
}

TEST(UpstreamState, every_series_carries_the_name_and_causes_are_words) {
  metrics::Registry registry;
  const auto state = make_upstream_state(settings("192.0.2.1", "one"), registry);
  ASSERT_TRUE(state.ok());
  (*state)->failures[static_cast<size_t>(AskFailure::kCertificateName)]->add(3);
  const std::string page = registry.expose();
  for (const char* line :
       {"weir_upstream_up{upstream=\"one\"} 1", "weir_upstream_queries_total{upstream=\"one\"} 0",
        "weir_upstream_connections{upstream=\"one\"} 0",
        "weir_upstream_health_check_failures_total{upstream=\"one\"} 0"}) {
    EXPECT_NE(page.find(line), std::string::npos) << line << " in\n" << page;
  }
  EXPECT_NE(page.find("cause=\"certificate_name\""), std::string::npos);
}

TEST(AskFailure, every_cause_has_a_word_of_its_own) {
  std::set<std::string_view> words;
  for (size_t i = 0; i < kAskFailures; ++i) words.insert(to_text(static_cast<AskFailure>(i)));
  EXPECT_EQ(words.size(), kAskFailures);
}

}  // namespace
}  // namespace weir::edge
