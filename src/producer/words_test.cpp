// Words for labels, and endpoints from what programs have.
#include <gtest/gtest.h>
#include <netinet/in.h>

#include <set>

#include "base/bytes.h"
#include "weir/dnstap.h"

namespace weir::tap {
namespace {

TEST(Words, every_outcome_and_state_has_one_of_its_own) {
  std::set<std::string_view> words = {"unknown"};
  for (size_t i = 0; i < kOutcomes; ++i)
    EXPECT_TRUE(words.insert(to_text(static_cast<Outcome>(i))).second) << i;
  words = {"unknown"};
  for (int i = 0; i <= static_cast<int>(State::kClosed); ++i)
    EXPECT_TRUE(words.insert(to_text(static_cast<State>(i))).second) << i;
  EXPECT_EQ(to_text(static_cast<Outcome>(kOutcomes)), "unknown");
}

TEST(Words, E21_an_endpoint_is_made_of_a_socket_address) {
  sockaddr_in v4{};
  v4.sin_family = AF_INET;
  v4.sin_port = htons(53);
  v4.sin_addr.s_addr = htonl(0xc0000201);
  const Endpoint of_v4 = Endpoint::of(reinterpret_cast<const sockaddr*>(&v4));
  EXPECT_EQ(to_hex(of_v4.octets()), "c0000201");
  EXPECT_EQ(of_v4.port(), 53);
  sockaddr_in6 v6{};
  v6.sin6_family = AF_INET6;
  v6.sin6_port = htons(5353);
  v6.sin6_addr.s6_addr[15] = 1;
  const Endpoint of_v6 = Endpoint::of(reinterpret_cast<const sockaddr*>(&v6));
  EXPECT_EQ(to_hex(of_v6.octets()), "00000000000000000000000000000001");
  EXPECT_EQ(of_v6.port(), 5353);
  sockaddr other{};
  other.sa_family = AF_UNIX;
  EXPECT_FALSE(Endpoint::of(&other));
  EXPECT_FALSE(Endpoint::of(nullptr));
}

TEST(Words, E21_an_endpoint_is_made_of_text_or_octets) {
  EXPECT_EQ(to_hex(Endpoint::parse("::1", 1).octets()), "00000000000000000000000000000001");
  EXPECT_FALSE(Endpoint::parse("example.com", 1));
  const Octets octets = {1, 2, 3, 4, 5};
  EXPECT_TRUE(Endpoint(Bytes(octets).first(4), 1));
  EXPECT_FALSE(Endpoint(octets, 1)) << "five octets are no address";
}

}  // namespace
}  // namespace weir::tap
