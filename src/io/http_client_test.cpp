// Tests of asking a server of our own.
#include "io/http_client.h"

#include <gtest/gtest.h>

#include <thread>

#include "io/http_server.h"
#include "io/loop.h"

namespace weir::io {
namespace {

TEST(HttpClient, gets_a_page_with_its_status) {
  Loop loop;
  auto server = HttpServer::listen(loop, *Endpoint::parse("127.0.0.1:0"), [](const auto& request) {
    HttpResponse response{.status = request.path == "/there" ? 200 : 404};
    response.body = request.query.empty() ? "none" : request.query.front().second;
    return response;
  });
  ASSERT_TRUE(server);
  std::thread thread([&] { loop.run(); });
  const auto found = http_get((*server)->local(), "/there?a=" + encode_query("b c&d"), 5s);
  const auto missing = http_get((*server)->local(), "/nowhere", 5s);
  loop.stop();
  thread.join();
  ASSERT_TRUE(found);
  EXPECT_EQ(found->status, 200);
  EXPECT_EQ(found->body, "b c&d");
  ASSERT_TRUE(missing);
  EXPECT_EQ(missing->status, 404);
}

TEST(HttpClient, says_why_there_is_no_answer) {
  const auto reply = http_get(*Endpoint::parse("127.0.0.1:1"), "/", 5s);
  ASSERT_FALSE(reply);
  EXPECT_NE(reply.error().what.find("127.0.0.1:1"), std::string::npos);
}

}  // namespace
}  // namespace weir::io
