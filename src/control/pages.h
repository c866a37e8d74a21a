// From a request to a page: who may ask, which page it is, what stands on it. No sockets here;
// plane.cpp listens.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/endpoint.h"
#include "control/status.h"
#include "io/http_server.h"

namespace weir::control {

/// An error as every page of this plane gives it:
/// {"error":{"status":404,"message":…,"parameter":…}}.
io::HttpResponse error_page(int status, std::string_view message, std::string_view parameter = {});

/// Whom a server answers, and under which names. Asking by another name than an address or
/// `localhost` is refused on loopback: a page in the operator's browser whose name was pointed here
/// (DNS rebinding) must not read the query log.
struct Door {
  std::vector<Prefix> allow;
  bool loopback = true;

  /// The refusal, or nothing.
  std::optional<io::HttpResponse> refuse(const io::HttpRequest& request) const;
};

/// A page by its path, or all pages whose paths begin with it; found pages answer GET and HEAD.
struct Page {
  std::string path;
  std::function<io::HttpResponse(const io::HttpRequest&)> answer;
  bool is_prefix = false;

  bool is_at(std::string_view asked) const {
    return is_prefix ? asked.starts_with(path) && asked != path : asked == path;
  }
};

/// Routes requests over a fixed list of pages.
class Pages {
 public:
  Pages(Door door, std::vector<Page> pages) : door_(std::move(door)), pages_(std::move(pages)) {}
  io::HttpResponse answer(const io::HttpRequest& request) const;

 private:
  io::HttpResponse route(const io::HttpRequest& request) const;
  Door door_;
  std::vector<Page> pages_;
};

/// The page at `/` of a server that has `paths`: links, and nothing a stranger wrote.
io::HttpResponse link_page(const std::vector<std::string>& paths);
/// `/robots.txt`: nothing here is for crawlers.
io::HttpResponse robots_page();

}  // namespace weir::control
