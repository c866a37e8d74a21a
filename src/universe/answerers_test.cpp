// Tests of who is found to answer clients.
#include "universe/answerers.h"

#include <gtest/gtest.h>

namespace weir::universe {
namespace {

/// A captured message between these two; `rd`: recursion was desired.
model::Observation message(const char* asks, const char* answers, bool rd = true) {
  model::Observation seen;
  seen.source = model::SourceKind::kCapture;
  seen.query_endpoint = Endpoint{*IpAddress::parse(asks), 4000};
  seen.response_endpoint = Endpoint{*IpAddress::parse(answers), 53};
  seen.header.flags = rd ? dns::flag::kRd : 0;
  return seen;
}

TEST(Answerers, what_was_asked_without_rd_went_to_a_resolver) {
  const Answerers answerers(1);
  EXPECT_TRUE(answerers.went_to_resolver(message("192.0.2.1", "198.51.100.1", false)));
  EXPECT_TRUE(answerers.went_to_resolver(message("127.0.0.1", "127.0.0.1", false)));
  EXPECT_FALSE(answerers.went_to_resolver(message("192.0.2.1", "198.51.100.1")));
}

TEST(Answerers, who_answers_clients_is_no_client) {
  Answerers answerers(1);
  answerers.see(message("192.0.2.7", "192.0.2.1"));  // a client asks the forwarder
  EXPECT_TRUE(answerers.went_to_resolver(message("192.0.2.1", "198.51.100.1")));
  EXPECT_FALSE(answerers.went_to_resolver(message("192.0.2.7", "192.0.2.1")));
  EXPECT_FALSE(answerers.went_to_resolver(message("192.0.2.8", "198.51.100.1")));
}

TEST(Answerers, an_authority_does_not_become_one_by_answering_resolvers) {
  Answerers answerers(1);
  answerers.see(message("192.0.2.1", "198.51.100.1", false));
  EXPECT_FALSE(answerers.went_to_resolver(message("198.51.100.1", "203.0.113.1")));
}

TEST(Answerers, loopback_has_everybody_on_one_address) {
  Answerers answerers(1);
  answerers.see(message("127.0.0.1", "127.0.0.1"));
  EXPECT_FALSE(answerers.went_to_resolver(message("127.0.0.1", "127.0.0.1")));
}

TEST(Answerers, any_number_of_addresses_fits) {
  Answerers answerers(1);
  for (int i = 0; i < 100'000; ++i) {
    const std::string address = "10." + std::to_string(i >> 16) + "." +
                                std::to_string(i >> 8 & 255) + "." + std::to_string(i & 255);
    answerers.see(message("192.0.2.7", address.c_str()));
    ASSERT_TRUE(answerers.went_to_resolver(message(address.c_str(), "198.51.100.1")));
  }
}

}  // namespace
}  // namespace weir::universe
