// Reading and printing the addresses of streams.
#include "proto/dnstap/stream_address.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace weir::dnstap {
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

/// What is wrong, empty when nothing is.
using Fault = std::string;

Fault read_path(std::string_view rest, StreamAddress& into) {
  into.path = rest;
  if (rest.empty()) return "lacks a path, as in unix:/run/dnstap.sock";
  if (!rest.starts_with('/') || rest.size() == 1) return "has a path that is not absolute";
  if (rest.find('\0') != std::string_view::npos) return "has a path with a NUL in it";
  if (rest.size() > kLongestPath) return "has a path too long for a Unix socket";
  return {};
}

/// Where the host ends; an IPv6 address has colons too, within its brackets.
size_t end_of_host(std::string_view rest) {
  const size_t colon = rest.rfind(':');
  if (colon == std::string_view::npos || rest.ends_with(']')) return rest.size();
  return colon;
}

Fault read_host_and_port(std::string_view rest, std::string_view kind, StreamAddress& into) {
  const size_t end = end_of_host(rest);
  into.host = folded(rest.substr(0, end));
  if (into.host.empty()) return "lacks a host, as in " + std::string(kind) + ":HOST:6000";
  if (rest.size() - end <= 1) return "lacks a port, as in " + std::string(kind) + ":HOST:6000";
  const auto port = parse_port(rest.substr(end + 1));
  if (!port) return "has a port that is not between 1 and 65535";
  into.port = *port;
  if (const auto endpoint = Endpoint::parse(rest)) {
    into.host = endpoint->address.to_text();
    into.address = endpoint->address;
  } else if (!is_host_name(into.host)) {
    return "has a host that is neither an address nor a name (IPv6 goes into brackets)";
  }
  return {};
}

}  // namespace

Result<StreamAddress, std::string> StreamAddress::read(std::string_view text) {
  for (size_t i = 0; i < kKinds.size(); ++i) {
    const size_t length = kKinds[i].size();
    if (!text.starts_with(kKinds[i]) || text.substr(length, 1) != ":") continue;
    const std::string_view rest = text.substr(length + 1);
    StreamAddress address;
    address.kind = static_cast<Kind>(i);
    Fault fault = address.kind == Kind::kUnix ? read_path(rest, address)
                                              : read_host_and_port(rest, kKinds[i], address);
    if (!fault.empty()) return fault;
    return address;
  }
  return "is not " + std::string(kExpected);
}

std::optional<StreamAddress> StreamAddress::parse(std::string_view text) {
  auto read_one = read(text);
  return read_one ? std::optional(*std::move(read_one)) : std::nullopt;
}

std::string StreamAddress::to_text() const {
  std::string text(dnstap::to_text(kind));
  text += ':';
  if (kind == Kind::kUnix) return text + path;
  if (address) return text + Endpoint{*address, port}.to_text();
  return text + host + ':' + std::to_string(port);
}

std::string_view to_text(StreamAddress::Kind kind) { return kKinds[static_cast<size_t>(kind)]; }

}  // namespace weir::dnstap
