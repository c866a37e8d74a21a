// Which pages there are, and where they answer.
#include "control/plane.h"

#include <fmt/format.h>

#include "control/blind_spots.h"
#include "control/routes.h"

namespace weir::control {
namespace {

using metrics::Registry;

constexpr std::string_view kJson = "application/json; charset=utf-8";

io::HttpResponse json_page(std::string body, int status = 200) {
  return {.status = status, .content_type = std::string(kJson), .body = std::move(body)};
}

io::HttpResponse metrics_page(std::string text) {
  return {.content_type = "text/plain; version=0.0.4; charset=utf-8", .body = std::move(text)};
}

bool is_loopback(const IpAddress& address) {
  const IpAddress plain = address.unmapped();
  return plain.is_v4() ? plain.octets()[0] == 127 : plain == *IpAddress::parse("::1");
}

Result<std::vector<std::unique_ptr<io::HttpServer>>> listen_all(
    io::Loop& loop, const std::vector<Endpoint>& addresses, const std::vector<Prefix>& allow,
    const std::vector<Page>& pages, std::string_view key) {
  std::vector<std::unique_ptr<io::HttpServer>> servers;
  for (const Endpoint& address : addresses) {
    const Door door{.allow = allow, .loopback = is_loopback(address.address)};
    auto server = io::HttpServer::listen(
        loop, address, [site = Pages(door, pages)](const io::HttpRequest& request) {
          return site.answer(request);
        });
    if (!server) {
      Error error = server.error();
      error.what = fmt::format("{}: {}", key, error.what);
      return error;
    }
    servers.push_back(*std::move(server));
  }
  return servers;
}

std::vector<Endpoint> locals(const std::vector<std::unique_ptr<io::HttpServer>>& servers) {
  std::vector<Endpoint> addresses;
  for (const auto& server : servers) addresses.push_back(server->local());
  return addresses;
}

}  // namespace

Plane::Plane(PlaneContext context)
    : context_(std::move(context)),
      queries_(context_.store_path, context_.clock),
      seen_(context_.universe) {}

Result<std::unique_ptr<Plane>> Plane::create(const ControlSettings& settings,
                                             PlaneContext context) {
  std::unique_ptr<Plane> plane(new Plane(std::move(context)));
  io::Loop& loop = plane->context_.loop;
  TRY(plane->servers_,
      listen_all(loop, settings.listen, settings.allow, plane->pages(), "control.listen"));
  TRY(plane->alias_servers_, listen_all(loop, settings.alias_listen, settings.alias_allow,
                                        plane->alias_pages(), "control.alias_listen"));
  return plane;
}

std::vector<Page> Plane::pages() {
  const auto links = [](const io::HttpRequest&) {
    return link_page({"/metrics", "/healthz", "/readyz", "/api/v1/status", "/api/v1/queries",
                      "/universe", "/api/v1/blind-spots", "/api/v1/routes",
                      "/api/v1/routes/changes", "/api/v1/routes/state"});
  };
  return {
      {"/", links},
      {"/robots.txt", [](auto&) { return robots_page(); }},
      {"/metrics",
       [this](auto&) { return metrics_page(context_.metrics.expose(Registry::Aliases::kHide)); }},
      {"/healthz", [](auto&) { return io::HttpResponse{.body = "alive\n"}; }},
      {"/readyz",
       [this](auto&) {
         const Status status = context_.status();
         return json_page(readiness_to_json(status),
                          status.reasons_not_ready().empty() ? 200 : 503);
       }},
      {"/api/v1/status", [this](auto&) { return json_page(status_to_json(context_.status())); }},
      {"/api/v1/queries",
       [this](const io::HttpRequest& request) { return queries_.answer(request); }},
      {"/api/v1/routes",
       [this](const io::HttpRequest& request) { return answer_leases(context_.routes, request); }},
      {"/api/v1/routes/changes",
       [this](const io::HttpRequest& request) { return answer_changes(context_.routes, request); }},
      {"/api/v1/routes/state",
       [this](const io::HttpRequest& request) { return answer_state(context_.routes, request); }},
      {"/api/v1/blind-spots",
       [this](const io::HttpRequest& request) {
         return answer_blind_spots(context_.blind_spots(), request);
       }},
      {"/universe", [this](const io::HttpRequest& request) { return seen_.answer_live(request); }},
      {std::string(SeenPages::kNames),
       [this](const io::HttpRequest& request) { return seen_.answer_name(request); }, true},
      {std::string(SeenPages::kAddresses),
       [this](const io::HttpRequest& request) { return seen_.answer_address(request); }, true},
  };
}

std::vector<Page> Plane::alias_pages() const {
  return {
      {"/", [](auto&) { return link_page({"/metrics"}); }},
      {"/metrics",
       [this](auto&) { return metrics_page(context_.metrics.expose(Registry::Aliases::kShow)); }},
      {"/robots.txt", [](auto&) { return robots_page(); }},
  };
}

std::vector<Endpoint> Plane::listeners() const { return locals(servers_); }
std::vector<Endpoint> Plane::alias_listeners() const { return locals(alias_servers_); }

}  // namespace weir::control
