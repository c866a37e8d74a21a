// Targets in words.
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

}  // namespace
}  // namespace weir::emit
