// Targets from and in words.
#include "emit/target.h"

#include <gtest/gtest.h>

namespace weir::emit {
namespace {

TEST(Target, reads_as_operators_write_it) {
  UnixTarget local;
  local.path = "/run/x.sock";
  EXPECT_EQ(to_text(local), "unix:/run/x.sock");
  TcpTarget tcp;
  tcp.host = "192.0.2.1";
  tcp.port = 6000;
  EXPECT_EQ(to_text(tcp), "tcp:192.0.2.1:6000");
  TlsTarget tls;
  tls.host = "2001:db8::1";
  tls.port = 6001;
  EXPECT_EQ(to_text(tls), "tls:[2001:db8::1]:6001");
  EXPECT_EQ(to_text(FileTarget{.path = "/var/log/x.fstrm"}), "file /var/log/x.fstrm");
}

TEST(Target, is_read_in_each_of_its_kinds) {
  const auto read = [](std::string_view text) {
    const auto target = parse_target(text);
    return target ? to_text(*target) : target.error();
  };
  EXPECT_EQ(read("/var/log/x.fstrm"), "file /var/log/x.fstrm");
  EXPECT_EQ(read("file:x.fstrm"), "file x.fstrm");
  for (const char* text : {"unix:/run/x.sock", "tcp:[2001:db8::1]:6000", "tls:collector.example:1"})
    EXPECT_EQ(read(text), text);
  EXPECT_EQ(std::get<TcpTarget>(*parse_target("tcp:192.0.2.1:6000")).port, 6000);
  EXPECT_EQ(std::get<TlsTarget>(*parse_target("tls:name.example:1")).host, "name.example");
}

TEST(Target, says_what_is_missing) {
  EXPECT_TRUE(parse_target("file:").error().starts_with("lacks a path, as in file:"));
  EXPECT_TRUE(parse_target("unix:").error().starts_with("lacks a path, as in unix:"));
  EXPECT_TRUE(parse_target("tcp:name").error().starts_with("lacks a port"));
  EXPECT_TRUE(parse_target("").error().starts_with("is not"));
}

}  // namespace
}  // namespace weir::emit
