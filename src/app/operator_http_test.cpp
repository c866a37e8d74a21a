// Tests of where a running weir is asked.
#include "app/operator_http.h"

#include <gtest/gtest.h>

namespace weir::app {
namespace {

TEST(OperatorHttp, is_where_it_was_said_or_where_the_settings_have_it) {
  const std::vector<Endpoint> listeners = {*Endpoint::parse("0.0.0.0:9000"),
                                           *Endpoint::parse("192.0.2.1:9001")};
  EXPECT_EQ(operator_http("", listeners)->to_text(), "127.0.0.1:9000");
  EXPECT_EQ(operator_http("192.0.2.9", listeners)->to_text(), "192.0.2.9:8053");
  EXPECT_EQ(operator_http("", {*Endpoint::parse("[::]:9000")})->to_text(), "[::1]:9000");
  EXPECT_FALSE(operator_http("", {}));
  EXPECT_FALSE(operator_http("nonsense", listeners));
}

TEST(OperatorHttp, says_when_nobody_is_there) {
  const auto page = fetch_page(*Endpoint::parse("127.0.0.1:1"), "/");
  ASSERT_FALSE(page);
  EXPECT_FALSE(page.error().what.empty());
}

}  // namespace
}  // namespace weir::app
