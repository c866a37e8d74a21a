// Telling addresses, with and without a port, from names.
#include "route/peer_address.h"

#include <algorithm>
#include <charconv>

namespace weir::route {
namespace {

std::optional<uint16_t> parse_port(std::string_view text) {
  uint16_t port = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (failed != std::errc() || end != text.data() + text.size() || port == 0) return std::nullopt;
  return port;
}

bool is_host_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '_' || c == '.';
}

}  // namespace

std::optional<PeerAddress> PeerAddress::parse(std::string_view text) {
  PeerAddress peer;
  if (const auto address = IpAddress::parse(text)) {
    peer.address = address;
    return peer;
  }
  if (const auto endpoint = Endpoint::parse(text, kBgpPort)) {
    if (endpoint->port == 0) return std::nullopt;
    peer.address = endpoint->address;
    peer.port = endpoint->port;
    return peer;
  }
  const size_t colon = text.find(':');
  if (colon != std::string_view::npos) {
    const auto port = parse_port(text.substr(colon + 1));
    if (!port) return std::nullopt;
    peer.port = *port;
  }
  peer.host = text.substr(0, colon);
  const bool is_name = !peer.host.empty() && peer.host.size() < 254 &&
                       std::ranges::all_of(peer.host, is_host_character) &&
                       // What looks like an address and is none is no name either.
                       !std::ranges::all_of(peer.host, [](char c) {
                         return c == '.' || (c >= '0' && c <= '9');
                       });
  if (!is_name) return std::nullopt;
  return peer;
}

std::string PeerAddress::to_text() const {
  if (address) return Endpoint{*address, port}.to_text();
  return host + ":" + std::to_string(port);
}

}  // namespace weir::route
