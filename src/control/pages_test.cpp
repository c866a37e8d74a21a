// Who may ask the control plane, and which page answers.
#include "control/pages.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace weir::control {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Pair;

io::HttpRequest get(std::string path) {
  return {.method = "GET",
          .path = std::move(path),
          .headers = {{"host", "127.0.0.1:8053"}},
          .peer = *Endpoint::parse("127.0.0.1:40000")};
}

Pages pages() {
  return Pages({.allow = {*Prefix::parse("127.0.0.0/8"), *Prefix::parse("::1")}, .loopback = true},
               {{"/", [](auto&) { return link_page({"/metrics"}); }},
                {"/robots.txt", [](auto&) { return robots_page(); }}});
}

TEST(Pages, P08_the_root_links_and_robots_are_kept_out) {
  const io::HttpResponse root = pages().answer(get("/"));
  EXPECT_EQ(root.status, 200);
  EXPECT_THAT(root.content_type, HasSubstr("text/html"));
  EXPECT_THAT(root.body, HasSubstr("href=\"/metrics\""));
  EXPECT_EQ(pages().answer(get("/robots.txt")).body, "User-agent: *\nDisallow: /\n");
}

TEST(Pages, an_unknown_page_is_404_in_json_and_does_not_echo_the_path) {
  const io::HttpResponse response = pages().answer(get("/<script>"));
  EXPECT_EQ(response.status, 404);
  EXPECT_THAT(response.content_type, HasSubstr("application/json"));
  EXPECT_EQ(response.body.find("script"), std::string::npos);
}

TEST(Pages, another_method_is_405_and_says_which_would_do) {
  io::HttpRequest request = get("/");
  request.method = "POST";
  const io::HttpResponse response = pages().answer(request);
  EXPECT_EQ(response.status, 405);
  EXPECT_THAT(response.headers, Contains(Pair("Allow", "GET, HEAD")));
}

TEST(Pages, strangers_are_refused_before_routing) {
  io::HttpRequest request = get("/");
  request.peer = *Endpoint::parse("192.0.2.1:40000");
  EXPECT_EQ(pages().answer(request).status, 403);
  request.path = "/nowhere";
  EXPECT_EQ(pages().answer(request).status, 403);
}

TEST(Pages, a_mapped_loopback_address_is_loopback) {
  io::HttpRequest request = get("/");
  request.peer = *Endpoint::parse("[::ffff:127.0.0.1]:40000");
  EXPECT_EQ(pages().answer(request).status, 200);
}

TEST(Pages, a_rebound_name_cannot_read_them) {
  io::HttpRequest request = get("/");
  for (const char* host :
       {"evil.example", "evil.example:8053", "[evil]:8053", "127.0.0.1.evil.example"}) {
    request.headers = {{"Host", host}};
    EXPECT_EQ(pages().answer(request).status, 403) << host;
  }
  for (const char* host : {"localhost", "LOCALHOST:8053", "127.0.0.1", "[::1]:8053", ""}) {
    request.headers = {{"Host", host}};
    EXPECT_EQ(pages().answer(request).status, 200) << host;
  }
}

TEST(Pages, every_answer_tells_browsers_not_to_keep_it) {
  for (const char* path : {"/", "/nowhere"}) {
    const io::HttpResponse response = pages().answer(get(path));
    EXPECT_THAT(response.headers, Contains(Pair("Cache-Control", "no-store")));
  }
}

TEST(Pages, an_error_names_the_parameter) {
  EXPECT_EQ(
      error_page(400, "expected a number", "limit").body,
      "{\"error\":{\"status\":400,\"message\":\"expected a number\",\"parameter\":\"limit\"}}\n");
}

}  // namespace
}  // namespace weir::control
