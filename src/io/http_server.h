// A small HTTP/1.1 server for operators, on Boost.Beast, which is seen in http_server.cpp only.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/endpoint.h"
#include "base/result.h"
#include "io/loop.h"

namespace weir::io {

struct HttpRequest {
  std::string method;  // HEAD comes as GET; the server leaves the body out
  std::string path;    // decoded, without the query
  std::vector<std::pair<std::string, std::string>> query;  // decoded
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;  // at most 64 KiB
  Endpoint peer;
};

struct HttpResponse {
  int status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers;
};

/// Answers on the loop's thread, one request of a connection at a time. At most 64 connections; a
/// request has at most 8 KiB of header and 64 KiB of body and 30 s to arrive; a response has at
/// most 8 MiB. What does not fit is answered 503, 431, 413 or 400; a handler that throws, 500.
class HttpServer {
 public:
  /// May destroy the server.
  using Handler = std::function<HttpResponse(const HttpRequest&)>;
  static Result<std::unique_ptr<HttpServer>> listen(Loop& loop, const Endpoint& local,
                                                    Handler handler);
  ~HttpServer();
  Endpoint local() const;

 private:
  struct State;
  explicit HttpServer(std::shared_ptr<State> state);
  std::shared_ptr<State> state_;
};

}  // namespace weir::io
