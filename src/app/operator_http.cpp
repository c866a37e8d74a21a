// An address to reach, and one request.
#include "app/operator_http.h"

#include <fmt/format.h>

namespace weir::app {
namespace {

constexpr Duration kPatience = 10s;
constexpr uint16_t kControlPort = 8053;

/// A wildcard is everywhere, so also here.
Endpoint reachable(Endpoint listener) {
  if (listener.address == *IpAddress::parse("0.0.0.0"))
    listener.address = *IpAddress::parse("127.0.0.1");
  if (listener.address == *IpAddress::parse("::")) listener.address = *IpAddress::parse("::1");
  return listener;
}

}  // namespace

std::optional<Endpoint> operator_http(const std::string& given,
                                      const std::vector<Endpoint>& listeners) {
  if (!given.empty()) return Endpoint::parse(given, kControlPort);
  if (listeners.empty()) return std::nullopt;
  return reachable(listeners.front());
}

Result<io::HttpReply> fetch_page(const Endpoint& server, const std::string& target) {
  TRY(io::HttpReply reply, io::http_get(server, target, kPatience));
  if (reply.status != 200)
    return Error{Fault::kPeer,
                 fmt::format("{} answered {}: {}", server.to_text(), reply.status, reply.body)};
  return reply;
}

}  // namespace weir::app
