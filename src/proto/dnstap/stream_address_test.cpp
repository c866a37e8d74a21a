// What operators type for the addresses of streams, and what is refused.
#include "proto/dnstap/stream_address.h"

#include <gtest/gtest.h>

namespace weir::dnstap {
namespace {

using Kind = StreamAddress::Kind;

TEST(StreamAddress, reads_paths_addresses_and_names) {
  const auto file = StreamAddress::parse("unix:/run/weir/dnstap.sock");
  ASSERT_TRUE(file);
  EXPECT_EQ(Kind::kUnix, file->kind);
  EXPECT_EQ("/run/weir/dnstap.sock", file->path);
  const auto tcp = StreamAddress::parse("tcp:127.0.0.1:6000");
  ASSERT_TRUE(tcp);
  EXPECT_EQ(Kind::kTcp, tcp->kind);
  EXPECT_EQ(IpAddress::parse("127.0.0.1"), tcp->address);
  EXPECT_EQ(6000, tcp->port);
  const auto tls = StreamAddress::parse("tls:Collector.Example:6001");
  ASSERT_TRUE(tls);
  EXPECT_EQ(Kind::kTls, tls->kind);
  EXPECT_EQ("collector.example", tls->host);
  EXPECT_FALSE(tls->address);
}

TEST(StreamAddress, prints_what_it_reads) {
  for (const char* text : {"unix:/tmp/a b", "tcp:192.0.2.1:1", "tls:[2001:db8::1]:65535",
                           "tcp:collector.example:6000", "tls:localhost:6001"}) {
    const auto address = StreamAddress::parse(text);
    ASSERT_TRUE(address) << text;
    EXPECT_EQ(text, address->to_text());
    EXPECT_EQ(address, StreamAddress::parse(address->to_text()));
  }
}

TEST(StreamAddress, refuses_what_could_be_meant_in_two_ways_or_in_none) {
  for (const char* text :
       {"", "/run/dnstap.sock", "unix:", "unix:/", "unix:run/dnstap.sock", "127.0.0.1:6000",
        "tcp:127.0.0.1", "tcp:127.0.0.1:0", "tcp:127.0.0.1:65536", "tcp:127.0.0.1:6000 ",
        "tcp::6000", "tcp:2001:db8::1:6000", "tcp:999.0.2.1:53", "tls:host name:1",
        "udp:127.0.0.1:6000", "tcpx:127.0.0.1:6000", "unixx/run/x"})
    EXPECT_FALSE(StreamAddress::parse(text)) << text;
  EXPECT_TRUE(StreamAddress::parse("unix:/" + std::string(106, 'x')));
  EXPECT_FALSE(StreamAddress::parse("unix:/" + std::string(107, 'x')));
}

TEST(StreamAddress, E04_says_what_is_missing) {
  const auto fault = [](std::string_view text) { return StreamAddress::read(text).error(); };
  EXPECT_TRUE(fault("unix:").starts_with("lacks a path"));
  EXPECT_TRUE(fault("tcp::6000").starts_with("lacks a host"));
  EXPECT_TRUE(fault("tcp:").starts_with("lacks a host"));
  for (const char* text : {"tcp:127.0.0.1", "tcp:127.0.0.1:", "tls:[::1]", "tcp:collector.example"})
    EXPECT_TRUE(fault(text).starts_with("lacks a port")) << text;
  for (const char* text : {"tcp:127.0.0.1:0", "tcp:127.0.0.1:65536", "tls:[::1]:x"})
    EXPECT_TRUE(fault(text).starts_with("has a port that")) << text;
  EXPECT_TRUE(fault("udp:127.0.0.1:53").starts_with("is not an address such as"));
}

}  // namespace
}  // namespace weir::dnstap
