// The names of dnstap.proto's numbers.
#include "proto/dnstap/types.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string_view>
#include <vector>

namespace weir::dnstap {
namespace {

/// The words of 1, 2, … up to the first number without one.
template <typename Enum>
std::vector<std::string_view> words() {
  std::vector<std::string_view> found;
  for (int number = 1; !to_text(static_cast<Enum>(number)).empty(); ++number)
    found.push_back(to_text(static_cast<Enum>(number)));
  return found;
}

TEST(Types, have_the_names_of_the_schema) {
  using List = std::vector<std::string_view>;
  EXPECT_EQ(
      words<MessageType>(),
      (List{"AUTH_QUERY", "AUTH_RESPONSE", "RESOLVER_QUERY", "RESOLVER_RESPONSE", "CLIENT_QUERY",
            "CLIENT_RESPONSE", "FORWARDER_QUERY", "FORWARDER_RESPONSE", "STUB_QUERY",
            "STUB_RESPONSE", "TOOL_QUERY", "TOOL_RESPONSE", "UPDATE_QUERY", "UPDATE_RESPONSE"}));
  EXPECT_EQ(words<SocketFamily>(), (List{"INET", "INET6"}));
  EXPECT_EQ(words<SocketProtocol>(),
            (List{"UDP", "TCP", "DOT", "DOH", "DNSCryptUDP", "DNSCryptTCP", "DOQ"}));
  EXPECT_EQ(words<HttpProtocol>(), (List{"HTTP1", "HTTP2", "HTTP3"}));
  EXPECT_EQ(words<PolicyAction>(),
            (List{"NXDOMAIN", "NODATA", "PASS", "DROP", "TRUNCATE", "LOCAL_DATA"}));
  EXPECT_EQ(words<PolicyMatch>(), (List{"QNAME", "CLIENT_IP", "RESPONSE_IP", "NS_NAME", "NS_IP"}));
}

TEST(Types, numbers_of_the_future_have_no_name) {
  for (const int number : {0, -1, 15, INT32_MAX, INT32_MIN}) {
    EXPECT_EQ(to_text(static_cast<MessageType>(number)), "") << number;
    EXPECT_EQ(to_text(static_cast<SocketProtocol>(number)), "") << number;
    EXPECT_EQ(to_text(static_cast<PolicyAction>(number)), "") << number;
  }
}

}  // namespace
}  // namespace weir::dnstap
