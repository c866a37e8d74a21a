// Each target has its outlet, and a target that cannot be is refused at once.
#include "emit/outlet.h"

#include <gtest/gtest.h>

namespace weir::emit {
namespace {

TEST(MakeOutlet, makes_a_closed_one_of_each_kind) {
  TcpTarget tcp;
  tcp.host = "127.0.0.1";
  tcp.port = 1;
  UnixTarget local;
  local.path = "/nowhere";
  for (const Target& target :
       {Target(FileTarget{.path = "/nowhere"}), Target(tcp), Target(local)}) {
    const auto made = make_outlet(target);
    ASSERT_TRUE(made);
    EXPECT_FALSE((*made)->is_open());
    EXPECT_TRUE((*made)->tend({}));
    EXPECT_TRUE((*made)->write({}).error);
    (*made)->close();
  }
}

TEST(MakeOutlet, names_a_file_of_certificates_that_is_not_there) {
  TlsTarget tls;
  tls.host = "collector.example";
  tls.port = 6001;
  tls.ca_file = "/nonexistent/ca.pem";
  const auto made = make_outlet(tls);
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().fault, Fault::kConfig);
  EXPECT_NE(made.error().what.find("/nonexistent/ca.pem"), std::string::npos);
}

}  // namespace
}  // namespace weir::emit
