// Routing, access and the small pages of the control plane.
#include "control/pages.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "control/json.h"

namespace weir::control {
namespace {

constexpr std::string_view kJson = "application/json; charset=utf-8";

bool equal_words(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](unsigned char x, unsigned char y) {
    return std::tolower(x) == std::tolower(y);
  });
}

std::string_view header(const io::HttpRequest& request, std::string_view name) {
  for (const auto& [key, value] : request.headers)
    if (equal_words(key, name)) return value;
  return {};
}

/// True when the Host header names an address or this machine, not something a resolver was told.
bool is_local_name(std::string_view host) {
  if (host.empty()) return true;  // HTTP/1.0
  if (host.front() == '[') {
    const size_t end = host.find(']');
    return end != std::string_view::npos && IpAddress::parse(host.substr(1, end - 1)).has_value();
  }
  const std::string_view name = host.substr(0, host.find(':'));
  return equal_words(name, "localhost") || IpAddress::parse(name).has_value();
}

/// What every answer carries: these pages are no material for browsers to guess about or keep.
void add_guards(io::HttpResponse& response) {
  response.headers.emplace_back("Cache-Control", "no-store");
  response.headers.emplace_back("Content-Security-Policy",
                                "default-src 'none'; frame-ancestors 'none'");
  response.headers.emplace_back("Referrer-Policy", "no-referrer");
}

}  // namespace

io::HttpResponse error_page(int status, std::string_view message, std::string_view parameter) {
  JsonWriter json;
  json.begin_object().key("error").begin_object();
  json.field("status", static_cast<uint64_t>(status)).field("message", message);
  if (!parameter.empty()) json.field("parameter", parameter);
  json.end_object().end_object();
  return {.status = status, .content_type = std::string(kJson), .body = json.take() + "\n"};
}

std::optional<io::HttpResponse> Door::refuse(const io::HttpRequest& request) const {
  const IpAddress peer = request.peer.address.unmapped();
  if (std::none_of(allow.begin(), allow.end(), [&](auto& prefix) { return prefix.contains(peer); }))
    return error_page(403, "this address may not ask here; control.allow says who may");
  if (loopback && !is_local_name(header(request, "Host")))
    return error_page(403, "ask by address or as localhost, not by another name");
  return std::nullopt;
}

io::HttpResponse Pages::answer(const io::HttpRequest& request) const {
  io::HttpResponse response;
  if (auto refusal = door_.refuse(request)) {
    response = *std::move(refusal);
  } else {
    response = route(request);
  }
  add_guards(response);
  return response;
}

io::HttpResponse Pages::route(const io::HttpRequest& request) const {
  const auto page = std::find_if(pages_.begin(), pages_.end(),
                                 [&](const Page& each) { return each.is_at(request.path); });
  if (page == pages_.end()) return error_page(404, "there is no such page; / lists them");
  if (request.method != "GET" && request.method != "HEAD") {
    io::HttpResponse refusal = error_page(405, "this page answers GET and HEAD");
    refusal.headers.emplace_back("Allow", "GET, HEAD");
    return refusal;
  }
  return page->answer(request);
}

io::HttpResponse link_page(const std::vector<std::string>& paths) {
  std::string body =
      "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
      "<title>weir</title></head>\n<body><h1>weir</h1>\n<ul>\n";
  for (const std::string& path : paths)
    body += fmt::format("<li><a href=\"{0}\">{0}</a></li>\n", path);
  body += "</ul>\n</body></html>\n";
  return {.content_type = "text/html; charset=utf-8", .body = std::move(body)};
}

io::HttpResponse robots_page() { return {.body = "User-agent: *\nDisallow: /\n"}; }

}  // namespace weir::control
