// Endpoints to the kernel's addresses and back.
#include "io/address.h"

#include <gtest/gtest.h>

namespace weir::io {
namespace {

TEST(SocketAddress, keeps_endpoints_of_both_families) {
  for (const char* text : {"192.0.2.1:53", "[2001:db8::1]:853", "0.0.0.0:0", "[::]:65535"}) {
    const Endpoint endpoint = *Endpoint::parse(text);
    SocketAddress address;
    const socklen_t length = write_address(endpoint, address);
    EXPECT_EQ(length_of(family_of(endpoint.address)), length);
    EXPECT_EQ(endpoint, read_address(address));
  }
}

TEST(SocketAddress, has_a_scope_only_where_the_address_needs_one) {
  SocketAddress address;
  write_address(*Endpoint::parse("[fe80::1]:53"), address, 7);
  EXPECT_EQ(7u, address.v6.sin6_scope_id);
  write_address(*Endpoint::parse("[2001:db8::1]:53"), address, 7);
  EXPECT_EQ(0u, address.v6.sin6_scope_id);
}

TEST(SocketAddress, knows_wildcards) {
  EXPECT_TRUE(is_wildcard(*IpAddress::parse("0.0.0.0")));
  EXPECT_TRUE(is_wildcard(*IpAddress::parse("::")));
  EXPECT_FALSE(is_wildcard(*IpAddress::parse("0.0.0.1")));
  EXPECT_FALSE(is_wildcard(*IpAddress::parse("::1")));
}

TEST(Socket, bound_to_a_port_in_use_says_which) {
  const Endpoint any = *Endpoint::parse("127.0.0.1:0");
  const auto first = open_socket(any.address, SOCK_DGRAM);
  const auto second = open_socket(any.address, SOCK_DGRAM);
  ASSERT_TRUE(first && second && bind_socket(first->get(), any));
  const Endpoint taken = local_endpoint(first->get());
  const auto refused = bind_socket(second->get(), taken);
  ASSERT_FALSE(refused);
  EXPECT_NE(std::string::npos, refused.error().what.find(taken.to_text()));
}

}  // namespace
}  // namespace weir::io
