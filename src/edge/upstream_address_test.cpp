// What people type for an upstream, right and wrong.
#include "edge/upstream_address.h"

#include <gtest/gtest.h>

namespace weir::edge {
namespace {

UpstreamAddress parsed(std::string_view text) {
  auto result = UpstreamAddress::parse(text);
  EXPECT_TRUE(result.ok()) << text << ": " << (result.ok() ? "" : result.error().what);
  return result.value_or({});
}

std::string refused(std::string_view text) {
  const auto result = UpstreamAddress::parse(text);
  EXPECT_FALSE(result.ok()) << text;
  if (result.ok()) return {};
  EXPECT_EQ(result.error().fault, Fault::kConfig);
  return result.error().what;
}

TEST(UpstreamAddress, a_bare_address_is_plain_dns) {
  const auto a = parsed("1.1.1.1");
  EXPECT_EQ(a.protocol, UpstreamProtocol::kUdp);
  EXPECT_EQ(a.address, IpAddress::parse("1.1.1.1"));
  EXPECT_EQ(a.port, 53);
  EXPECT_EQ(parsed("192.0.2.1:5353").port, 5353);
  EXPECT_EQ(parsed("2001:db8::1").address, IpAddress::parse("2001:db8::1"));
  EXPECT_EQ(parsed("[2001:db8::1]:5300").port, 5300);
}

TEST(UpstreamAddress, protocols_have_their_ports) {
  EXPECT_EQ(parsed("udp://9.9.9.9").port, 53);
  EXPECT_EQ(parsed("tcp://9.9.9.9").protocol, UpstreamProtocol::kTcp);
  EXPECT_EQ(parsed("tcp://9.9.9.9").port, 53);
  EXPECT_EQ(parsed("TLS://9.9.9.9").protocol, UpstreamProtocol::kTls);
  EXPECT_EQ(parsed("tls://9.9.9.9").port, 853);
  EXPECT_EQ(parsed("tls://[2620:fe::fe]:8853").port, 8853);
  EXPECT_EQ(parsed("tls://[2620:fe::fe]").port, 853);
}

TEST(UpstreamAddress, an_address_alone_must_stand_in_the_certificate) {
  const auto a = parsed("tls://9.9.9.9");
  EXPECT_TRUE(a.verify_name.empty());
  EXPECT_TRUE(a.host.empty());
}

TEST(UpstreamAddress, a_name_is_looked_up_and_verified) {
  const auto a = parsed("tls://DNS.Example.:8853");
  EXPECT_FALSE(a.address);
  EXPECT_EQ(a.host, "dns.example");
  EXPECT_EQ(a.verify_name, "dns.example");
  EXPECT_EQ(a.port, 8853);
  EXPECT_EQ(parsed("tls://one.one.one.one").port, 853);
}

TEST(UpstreamAddress, an_address_with_a_name_needs_no_lookup) {
  for (const char* text : {"tls://1.1.1.1%one.one.one.one", "tls://one.one.one.one@1.1.1.1"}) {
    const auto a = parsed(text);
    EXPECT_EQ(a.address, IpAddress::parse("1.1.1.1")) << text;
    EXPECT_EQ(a.verify_name, "one.one.one.one") << text;
    EXPECT_TRUE(a.host.empty()) << text;
    EXPECT_EQ(a.port, 853) << text;
  }
  EXPECT_EQ(parsed("tls://n.example@[2001:db8::1]:99").port, 99);
  EXPECT_EQ(parsed("tls://1.1.1.1:99%n.example").port, 99);
  EXPECT_EQ(parsed("tls://1.1.1.1%n.example:99").port, 99);
}

TEST(UpstreamAddress, errors_say_what_was_expected) {
  EXPECT_NE(refused("tlss://1.1.1.1").find("did you mean tls?"), std::string::npos);
  EXPECT_NE(refused("https://dns.example/q").find("expected udp, tcp or tls"), std::string::npos);
  EXPECT_NE(refused("").find("needs an address"), std::string::npos);
  EXPECT_NE(refused("tls://").find("needs an address"), std::string::npos);
  EXPECT_NE(refused("tls://1.1.1.300").find("neither an IP address nor"), std::string::npos);
  EXPECT_NE(refused("tls://dns.example:0").find("1 to 65535"), std::string::npos);
  EXPECT_NE(refused("tls://dns.example:70000").find("1 to 65535"), std::string::npos);
  EXPECT_NE(refused("udp://dns.example").find("expected an IP address"), std::string::npos);
  EXPECT_NE(refused("1.1.1.1:0").find("no address"), std::string::npos);
  refused("tls://-bad.example");
  refused("tls://a..b");
  refused("tls://dns.example/");
  refused("tls://dns example");
  refused("tls://n.example@m.example");
  refused("tls://a\nb.example");
}

TEST(UpstreamAddress, an_error_cannot_forge_a_line) {
  EXPECT_EQ(refused("tls://a\nb").find('\n'), std::string::npos);
}

TEST(Pin, hexadecimal_and_base64_give_the_same_octets) {
  const std::string zeros(32, '\0');
  EXPECT_EQ(*parse_pin(std::string(64, '0')), zeros);
  EXPECT_EQ(*parse_pin(std::string(43, 'A') + "="), zeros);
  EXPECT_EQ(*parse_pin("sha256/" + std::string(43, 'A') + "="), zeros);
  // echo -n | openssl dgst -sha256: the digest of nothing, both ways.
  EXPECT_EQ(*parse_pin("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            *parse_pin("47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="));
}

TEST(Pin, anything_else_is_refused) {
  for (const char* text : {"", "abcd", "sha256/", "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuF==",
                           "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFV="}) {
    EXPECT_FALSE(parse_pin(text).ok()) << text;
  }
}

}  // namespace
}  // namespace weir::edge
