// Reading and printing the addresses of streams.
#include "flow/wire/stream_address.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace weir::flow {
namespace {

constexpr std::array<std::string_view, 3> kKinds = {"unix", "tcp", "tls"};
constexpr size_t kLongestHost = 253;
constexpr size_t kLongestPath = 107;  // of a Unix socket, unix(7)

std::optional<uint16_t> parse_port(std::string_view text) {
  uint16_t port = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (failed != std::errc() || end != text.data() + text.size() || port == 0) return std::nullopt;
  return port;
}

bool is_host_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
}

std::string folded(std::string_view text) {
  std::string lower(text);
  for (char& c : lower)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + ('a' - 'A'));
  return lower;
}

/// A name, not a mistyped address: its last label is not of digits alone.
bool is_host_name(std::string_view host) {
  const std::string_view last = host.substr(host.rfind('.') + 1);
  return !host.empty() && host.size() <= kLongestHost &&
         std::ranges::all_of(host, is_host_character) &&
         last.find_first_not_of("0123456789") != std::string_view::npos;
}

bool read_path(std::string_view rest, StreamAddress& into) {
  into.path = rest;
  return rest.starts_with('/') && rest.size() > 1 && rest.size() <= kLongestPath &&
         rest.find('\0') == std::string_view::npos;
}

bool read_host_and_port(std::string_view rest, StreamAddress& into) {
  if (const auto endpoint = Endpoint::parse(rest)) {
    into.host = endpoint->address.to_text();
    into.address = endpoint->address;
    into.port = endpoint->port;
    return endpoint->port != 0;
  }
  const size_t colon = rest.rfind(':');
  if (colon == std::string_view::npos) return false;
  const auto port = parse_port(rest.substr(colon + 1));
  into.host = folded(rest.substr(0, colon));
  into.port = port.value_or(0);
  return port && is_host_name(into.host);
}

}  // namespace

std::optional<StreamAddress> StreamAddress::parse(std::string_view text) {
  for (size_t i = 0; i < kKinds.size(); ++i) {
    const size_t length = kKinds[i].size();
    if (!text.starts_with(kKinds[i]) || text.substr(length, 1) != ":") continue;
    const std::string_view rest = text.substr(length + 1);
    StreamAddress address;
    address.kind = static_cast<Kind>(i);
    const bool good =
        address.kind == Kind::kUnix ? read_path(rest, address) : read_host_and_port(rest, address);
    return good ? std::optional(std::move(address)) : std::nullopt;
  }
  return std::nullopt;
}

std::string StreamAddress::to_text() const {
  std::string text(flow::to_text(kind));
  text += ':';
  if (kind == Kind::kUnix) return text + path;
  if (address) return text + Endpoint{*address, port}.to_text();
  return text + host + ':' + std::to_string(port);
}

std::string_view to_text(StreamAddress::Kind kind) { return kKinds[static_cast<size_t>(kind)]; }

}  // namespace weir::flow
