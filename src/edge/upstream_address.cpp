// Reading of upstream addresses and certificate pins as people type them.
#include "edge/upstream_address.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "base/bytes.h"
#include "base/log.h"
#include "base/units.h"

namespace weir::edge {
namespace {

constexpr uint16_t kDo53Port = 53;
constexpr uint16_t kDotPort = 853;
constexpr size_t kMaxHost = 253;  // a name of 255 octets on the wire, in text without the final dot
constexpr size_t kMaxLabel = 63;
constexpr size_t kPinOctets = 32;

Error wrong(std::string what) { return Error{Fault::kConfig, std::move(what), false}; }

std::string quoted(std::string_view text) { return "\"" + log::escape_text(text) + "\""; }

struct Scheme {
  UpstreamProtocol protocol;
  uint16_t port;
  std::string_view rest;
};

Result<Scheme> split_scheme(std::string_view text) {
  const size_t at = text.find("://");
  if (at == std::string_view::npos) return Scheme{UpstreamProtocol::kUdp, kDo53Port, text};
  std::string word(text.substr(0, at));
  for (char& c : word) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  const std::string_view rest = text.substr(at + 3);
  if (word == "udp") return Scheme{UpstreamProtocol::kUdp, kDo53Port, rest};
  if (word == "tcp") return Scheme{UpstreamProtocol::kTcp, kDo53Port, rest};
  if (word == "tls") return Scheme{UpstreamProtocol::kTls, kDotPort, rest};
  constexpr std::array<std::string_view, 3> kWords = {"udp", "tcp", "tls"};
  const std::string_view near = nearest(word, kWords);
  return wrong("unknown protocol " + quoted(word) + "; expected udp, tcp or tls" +
               (near.empty() ? "" : "; did you mean " + std::string(near) + "?"));
}

bool is_label(std::string_view label) {
  if (label.empty() || label.size() > kMaxLabel) return false;
  if (label.front() == '-' || label.back() == '-') return false;
  return std::ranges::all_of(label, [](unsigned char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  });
}

// A name whose last label is a number is a mistyped address (RFC 1123 §2.1).
Result<std::string> parse_host(std::string_view text) {
  std::string host(text);
  for (char& c : host) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  if (host.ends_with('.')) host.pop_back();
  const Error error = wrong(quoted(text) + " is neither an IP address nor a host name");
  if (host.empty() || host.size() > kMaxHost) return error;
  std::string_view label;
  for (size_t from = 0; from <= host.size(); from += label.size() + 1) {
    label = std::string_view(host).substr(from, host.find('.', from) - from);
    if (!is_label(label)) return error;
  }
  if (std::ranges::all_of(label, [](unsigned char c) { return c >= '0' && c <= '9'; }))
    return error;
  return host;
}

Result<uint16_t> parse_port(std::string_view text) {
  unsigned port = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (failed != std::errc{} || end != text.data() + text.size() || port == 0 || port > 65535) {
    return wrong("port " + quoted(text) + " is no port; expected 1 to 65535");
  }
  return static_cast<uint16_t>(port);
}

// `name` or `name:port`; `port` keeps its value when there is none.
Result<std::string> parse_host_port(std::string_view text, uint16_t& port) {
  const size_t colon = text.rfind(':');
  if (colon != std::string_view::npos) {
    TRY(port, parse_port(text.substr(colon + 1)));
    text = text.substr(0, colon);
  }
  return parse_host(text);
}

Result<Endpoint> parse_endpoint(std::string_view text, uint16_t default_port) {
  const auto endpoint = Endpoint::parse(text, default_port);
  if (!endpoint || endpoint->port == 0) {
    return wrong(quoted(text) +
                 " is no address; expected an IP address with or without :port, IPv6 "
                 "with a port as [address]:port");
  }
  return *endpoint;
}

Result<UpstreamAddress> parse_tls(std::string_view rest) {
  UpstreamAddress result{UpstreamProtocol::kTls, std::nullopt, {}, kDotPort, {}};
  if (const size_t at = rest.find('@'); at != std::string_view::npos) {
    TRY(result.verify_name, parse_host(rest.substr(0, at)));
    TRY(const Endpoint endpoint, parse_endpoint(rest.substr(at + 1), kDotPort));
    result.address = endpoint.address;
    result.port = endpoint.port;
  } else if (const size_t percent = rest.find('%'); percent != std::string_view::npos) {
    TRY(const Endpoint endpoint, parse_endpoint(rest.substr(0, percent), kDotPort));
    result.address = endpoint.address;
    result.port = endpoint.port;
    TRY(result.verify_name, parse_host_port(rest.substr(percent + 1), result.port));
  } else if (const auto endpoint = Endpoint::parse(rest, kDotPort);
             endpoint && endpoint->port != 0) {
    result.address = endpoint->address;
    result.port = endpoint->port;
  } else {
    TRY(result.host, parse_host_port(rest, result.port));
    result.verify_name = result.host;
  }
  return result;
}

std::optional<uint8_t> base64_digit(char c) {
  if (c >= 'A' && c <= 'Z') return static_cast<uint8_t>(c - 'A');
  if (c >= 'a' && c <= 'z') return static_cast<uint8_t>(c - 'a' + 26);
  if (c >= '0' && c <= '9') return static_cast<uint8_t>(c - '0' + 52);
  if (c == '+' || c == '-') return uint8_t{62};
  if (c == '/' || c == '_') return uint8_t{63};
  return std::nullopt;
}

// 43 digits and one `=`: 32 octets and two bits that must be zero.
std::optional<std::string> from_base64_pin(std::string_view text) {
  if (text.ends_with('=')) text.remove_suffix(1);
  if (text.size() != 43) return std::nullopt;
  std::string octets;
  uint32_t bits = 0;
  unsigned count = 0;
  for (const char c : text) {
    const auto digit = base64_digit(c);
    if (!digit) return std::nullopt;
    bits = (bits << 6 | *digit) & 0xffff;
    count += 6;
    if (count >= 8) {
      count -= 8;
      octets.push_back(static_cast<char>(bits >> count));
    }
  }
  if ((bits & 3) != 0) return std::nullopt;
  return octets;
}

}  // namespace

Result<UpstreamAddress> UpstreamAddress::parse(std::string_view text) {
  TRY(const Scheme scheme, split_scheme(text));
  if (scheme.rest.empty()) {
    return wrong("an upstream needs an address, for example tls://1.1.1.1 or 192.0.2.1:53");
  }
  if (scheme.protocol == UpstreamProtocol::kTls) return parse_tls(scheme.rest);
  TRY(const Endpoint endpoint, parse_endpoint(scheme.rest, scheme.port));
  return UpstreamAddress{scheme.protocol, endpoint.address, {}, endpoint.port, {}};
}

Result<std::string> parse_pin(std::string_view text) {
  std::string_view digits = text;
  if (digits.starts_with("sha256/")) digits.remove_prefix(7);
  if (digits.size() == 2 * kPinOctets) {
    if (const auto octets = from_hex(digits)) return std::string(as_text(*octets));
  }
  if (auto octets = from_base64_pin(digits)) return *std::move(octets);
  return wrong("pin " + quoted(text) +
               " is no SHA-256; expected 64 hexadecimal digits or 44 of base64");
}

}  // namespace weir::edge
