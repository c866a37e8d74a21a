// The HTTP server spoken to in raw octets: what is right, what is wrong, and what is too much.
#include "io/http_server.h"

#include <gtest/gtest.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "io/stream.h"
#include "kit/run_loop.h"
#include "kit/stream_events.h"

namespace weir::io {
namespace {

using kit::RecordedEvents;
using kit::run_until;

struct Browser {
  Browser(Loop& its_loop, const HttpServer& server)
      : loop(its_loop), stream(connect_stream(loop, server.local(), nullptr, {}, events)) {}
  void send(std::string_view text) { EXPECT_TRUE(stream->send(as_bytes(text))); }
  // Whether `text` comes; then what came so far is forgotten.
  std::string await(std::string_view text) {
    EXPECT_TRUE(run_until(loop, [&] { return events.data.find(text) != std::string::npos; }))
        << "no " << text << " in " << events.data;
    return std::exchange(events.data, {});
  }
  std::string await_end() {
    EXPECT_TRUE(run_until(loop, [&] { return events.cause.has_value(); }));
    return std::exchange(events.data, {});
  }
  Loop& loop;
  RecordedEvents events;
  std::unique_ptr<Stream> stream;
};

HttpResponse describe(const HttpRequest& request) {
  if (request.path == "/throw") throw std::runtime_error("handler failed\n");
  HttpResponse response;
  if (request.path == "/forge") response.headers = {{"X-Bad", "a\r\nX-Forged: b"}, {"X-Good", "c"}};
  if (request.path == "/empty") response.status = 204;
  response.body = request.method + "|" + request.path + "|";
  for (const auto& [name, value] : request.query) response.body += name + "=" + value + ";";
  response.body += "|" + request.body + "|end";
  return response;
}

std::unique_ptr<HttpServer> serve(Loop& loop, HttpServer::Handler handler = describe) {
  auto server = HttpServer::listen(loop, *Endpoint::parse("127.0.0.1:0"), std::move(handler));
  EXPECT_TRUE(server);
  return *std::move(server);
}

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

TEST(HttpServer, answers_and_keeps_the_connection) {
  Loop loop;
  const auto server = serve(loop);
  Browser browser(loop, *server);
  browser.send("GET /a%20b?x=1+2&y=%41&z HTTP/1.1\r\nHost: h\r\n\r\n");
  const std::string first = browser.await("|end");
  EXPECT_TRUE(first.starts_with("HTTP/1.1 200 OK\r\n")) << first;
  EXPECT_TRUE(first.ends_with("\r\n\r\nGET|/a b|x=1 2;y=A;z=;||end")) << first;
  EXPECT_TRUE(contains(first, "Content-Length: 27\r\n")) << first;
  EXPECT_TRUE(contains(first, "Connection: keep-alive\r\n"));
  EXPECT_TRUE(contains(first, "X-Content-Type-Options: nosniff\r\n"));
  EXPECT_TRUE(contains(first, "Content-Type: text/plain; charset=utf-8\r\n"));
  EXPECT_TRUE(contains(first, " GMT\r\n"));
  browser.send("\r\nPOST /p HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhe");
  browser.send("llo");
  EXPECT_TRUE(browser.await("|end").ends_with("POST|/p||hello|end"));
  browser.send("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  EXPECT_TRUE(contains(browser.await_end(), "Connection: close\r\n"));
}

TEST(HttpServer, takes_a_request_octet_by_octet_and_chunked) {
  Loop loop;
  const auto server = serve(loop);
  Browser browser(loop, *server);
  const std::string_view request =
      "PUT /c HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
      "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n";
  for (const char octet : request) {
    browser.send({&octet, 1});
    browser.stream->flush();
    EXPECT_FALSE(run_until(loop, [] { return false; }, 0ns));
  }
  EXPECT_TRUE(browser.await("|end").ends_with("PUT|/c||abcde|end"));
}

TEST(HttpServer, answers_requests_sent_ahead_in_order) {
  Loop loop;
  std::vector<std::string> seen;
  const auto server = serve(loop, [&](const HttpRequest& request) {
    seen.push_back(request.path);
    return HttpResponse{};
  });
  Browser browser(loop, *server);
  std::string many;
  for (int i = 0; i < 1000; ++i) {
    many += "GET /" + std::to_string(i) + " HTTP/1.1\r\nHost: h\r\n\r\n";
  }
  browser.send(many);
  EXPECT_TRUE(run_until(loop, [&] { return seen.size() == 1000; }));
  EXPECT_EQ("/0", seen.front());
  EXPECT_EQ("/999", seen.back());
}

TEST(HttpServer, answers_head_without_the_body) {
  Loop loop;
  const auto server = serve(loop);
  Browser browser(loop, *server);
  browser.send("HEAD /x HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  const std::string answer = browser.await_end();
  EXPECT_TRUE(contains(answer, "Content-Length: 12\r\n")) << answer;
  EXPECT_TRUE(answer.ends_with("\r\n\r\n")) << answer;
}

TEST(HttpServer, closes_after_http_1_0_and_gives_204_no_body) {
  Loop loop;
  const auto server = serve(loop);
  Browser browser(loop, *server);
  browser.send("GET /empty HTTP/1.0\r\n\r\n");
  const std::string answer = browser.await_end();
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 204 No Content\r\n")) << answer;
  EXPECT_TRUE(answer.ends_with("\r\n\r\n") && !contains(answer, "Content-Length")) << answer;
}

TEST(HttpServer, turns_a_throwing_handler_into_500_and_goes_on) {
  Loop loop;
  const auto server = serve(loop);
  Browser browser(loop, *server);
  browser.send("GET /throw HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_TRUE(browser.await("Error\n").starts_with("HTTP/1.1 500 Internal Server Error\r\n"));
  browser.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_TRUE(contains(browser.await("|end"), "200 OK"));
}

TEST(HttpServer, leaves_out_headers_that_would_forge_others) {
  Loop loop;
  const auto server = serve(loop);
  Browser browser(loop, *server);
  browser.send("GET /forge HTTP/1.1\r\nHost: h\r\n\r\n");
  const std::string answer = browser.await("|end");
  EXPECT_FALSE(contains(answer, "Forged")) << answer;
  EXPECT_TRUE(contains(answer, "X-Good: c\r\n"));
}

TEST(HttpServer, invites_a_body_that_waits_for_it) {
  Loop loop;
  const auto server = serve(loop);
  Browser browser(loop, *server);
  browser.send("POST /w HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
  EXPECT_EQ("HTTP/1.1 100 Continue\r\n\r\n", browser.await("Continue\r\n\r\n"));
  browser.send("ok");
  EXPECT_TRUE(browser.await("|end").ends_with("|ok|end"));
}

TEST(HttpServer, refuses_what_is_wrong_or_too_much_and_closes) {
  Loop loop;
  bool called = false;
  const auto server = serve(loop, [&](const HttpRequest&) {
    called = true;
    return HttpResponse{};
  });
  const std::string host = "Host: h\r\n";
  const std::vector<std::pair<std::string, int>> cases = {
      {"\x16\x03\x01\x02\x05\x01 garbage\r\n\r\n", 400},
      {"GET / HTTP/9.9\r\n" + host + "\r\n", 400},
      {"GET / HTTP/1.1\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\n" + host + host + "\r\n", 400},
      {"GET /%zz HTTP/1.1\r\n" + host + "\r\n", 400},
      {"GET /?a=%1 HTTP/1.1\r\n" + host + "\r\n", 400},
      {"CONNECT example:443 HTTP/1.1\r\n" + host + "\r\n", 400},
      {"POST / HTTP/1.1\r\n" + host + "Content-Length: -1\r\n\r\n", 400},
      {"POST / HTTP/1.1\r\n" + host + "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
       400},
      {"POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\n\r\nzz\r\n", 400},
      {"POST / HTTP/1.1\r\n" + host + "Content-Length: 65537\r\n\r\n", 413},
      {"POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\n\r\n10001\r\n" +
           std::string(0x10001, 'x'),
       413},
      {"GET / HTTP/1.1\r\nX: " + std::string(9000, 'x') + "\r\n" + host + "\r\n", 431},
      {"GET /" + std::string(100000, 'x'), 431},
  };
  for (const auto& [request, status] : cases) {
    Browser browser(loop, *server);
    browser.send(request);
    const std::string answer = browser.await_end();
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 " + std::to_string(status) + " "))
        << request.substr(0, 80) << " -> " << answer;
    EXPECT_TRUE(contains(answer, "Connection: close\r\n"));
  }
  EXPECT_FALSE(called);
}

TEST(HttpServer, takes_a_body_of_64_kib) {
  Loop loop;
  const auto server = serve(loop);
  Browser browser(loop, *server);
  browser.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 65536\r\n\r\n" +
               std::string(65536, 'b'));
  EXPECT_GT(browser.await("|end").size(), 65536u);
}

TEST(HttpServer, above_64_connections_who_has_waited_longest_makes_room) {
  Loop loop;
  const auto server = serve(loop);
  std::vector<std::unique_ptr<Browser>> browsers;
  for (int i = 0; i < 64; ++i) {
    browsers.push_back(std::make_unique<Browser>(loop, *server));
    browsers.back()->send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    browsers.back()->await("|end");
  }
  browsers[0]->send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");  // and so waits anew
  browsers[0]->await("|end");
  Browser late(loop, *server);
  late.send("GET / HTTP/1.0\r\n\r\n");
  EXPECT_TRUE(contains(late.await_end(), "200 OK"));
  EXPECT_TRUE(browsers[1]->await_end().starts_with("HTTP/1.1 503 "));
  browsers[0]->send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_TRUE(contains(browsers[0]->await("|end"), "200 OK"));
}

TEST(HttpServer, requests_that_are_never_finished_keep_nobody_out) {
  Loop loop;
  const auto server = serve(loop);
  std::vector<std::unique_ptr<Browser>> slow;
  for (int i = 0; i < 100; ++i) {
    slow.push_back(std::make_unique<Browser>(loop, *server));
    slow.back()->send("GET / HTTP/1.1\r\nHost:");
  }
  Browser browser(loop, *server);
  browser.send("GET / HTTP/1.0\r\n\r\n");
  EXPECT_TRUE(contains(browser.await_end(), "200 OK"));
}

TEST(HttpServer, may_be_destroyed_by_its_handler) {
  Loop loop;
  std::unique_ptr<HttpServer> server;
  server = serve(loop, [&](const HttpRequest&) {
    server.reset();
    return HttpResponse{};
  });
  Browser browser(loop, *server);
  browser.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  browser.await_end();
  EXPECT_EQ(nullptr, server);
}

TEST(HttpServer, says_which_address_is_taken) {
  Loop loop;
  const auto server = serve(loop);
  const auto second = HttpServer::listen(loop, server->local(), describe);
  ASSERT_FALSE(second);
  EXPECT_TRUE(contains(second.error().what, server->local().to_text()));
}

}  // namespace
}  // namespace weir::io
