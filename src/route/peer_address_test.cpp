// Tests of where a neighbour is, as operators write it.
#include "route/peer_address.h"

#include <gtest/gtest.h>

namespace weir::route {
namespace {

std::string read(std::string_view text) {
  const auto peer = PeerAddress::parse(text);
  return peer ? peer->to_text() : "no";
}

TEST(PeerAddress, B_23_D_40_reads_addresses_and_names_with_a_port_or_without) {
  EXPECT_EQ(read("192.0.2.1"), "192.0.2.1:179");
  EXPECT_EQ(read("192.0.2.1:1179"), "192.0.2.1:1179");
  EXPECT_EQ(read("2001:db8::1"), "[2001:db8::1]:179");
  EXPECT_EQ(read("[2001:db8::1]:1179"), "[2001:db8::1]:1179");
  EXPECT_EQ(read("router.example"), "router.example:179");
  EXPECT_EQ(read("router:1179"), "router:1179");
}

TEST(PeerAddress, takes_nothing_else) {
  for (const char* text : {"", ":179", "router:", "router:0", "router:65536", "router:1x",
                           "192.0.2.256", "192.0.2.1:0", "2001:db8::1:::", "a b", "router/1"})
    EXPECT_EQ(read(text), "no") << text;
}

}  // namespace
}  // namespace weir::route
