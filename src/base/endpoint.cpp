// Addresses, endpoints and networks: reading, printing, comparing.
#include "base/endpoint.h"

#include <arpa/inet.h>

#include <charconv>

#include "base/hash.h"

namespace weir {
namespace {

std::optional<unsigned> parse_number(std::string_view text, unsigned most) {
  unsigned value = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failed != std::errc{} || end != text.data() + text.size() || value > most)
    return std::nullopt;
  return value;
}

}  // namespace

IpAddress IpAddress::v4(const uint8_t* octets) {
  IpAddress address;
  std::memcpy(address.octets_.data(), octets, 4);
  return address;
}

IpAddress IpAddress::v6(const uint8_t* octets) {
  IpAddress address;
  address.v6_ = true;
  std::memcpy(address.octets_.data(), octets, 16);
  return address;
}

std::optional<IpAddress> IpAddress::from_octets(Bytes octets) {
  if (octets.size() == 4) return v4(octets.data());
  if (octets.size() == 16) return v6(octets.data());
  return std::nullopt;
}

std::optional<IpAddress> IpAddress::parse(std::string_view text) {
  if (text.find('\0') != std::string_view::npos) return std::nullopt;
  const std::string terminated(text);
  std::array<uint8_t, 16> octets{};
  if (inet_pton(AF_INET, terminated.c_str(), octets.data()) == 1) return v4(octets.data());
  if (inet_pton(AF_INET6, terminated.c_str(), octets.data()) == 1) return v6(octets.data());
  return std::nullopt;
}

IpAddress IpAddress::unmapped() const {
  constexpr std::array<uint8_t, 12> kMapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  if (!v6_ || std::memcmp(octets_.data(), kMapped.data(), kMapped.size()) != 0) return *this;
  return v4(&octets_[12]);
}

std::string IpAddress::to_text() const {
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (v6_) {
    inet_ntop(AF_INET6, octets_.data(), text.data(), text.size());
    return text.data();
  }
  // Most are of this kind, and the library's way goes through printf.
  char* end = text.data();
  for (size_t i = 0; i < 4; ++i) {
    if (i > 0) *end++ = '.';
    end = std::to_chars(end, end + 3, octets_[i]).ptr;
  }
  return {text.data(), end};
}

std::optional<Endpoint> Endpoint::parse(std::string_view text,
                                        std::optional<uint16_t> default_port) {
  std::string_view host = text;
  std::string_view port;
  if (text.starts_with('[')) {
    const size_t close = text.find(']');
    if (close == std::string_view::npos) return std::nullopt;
    host = text.substr(1, close - 1);
    const std::string_view rest = text.substr(close + 1);
    if (!rest.empty() && (rest[0] != ':' || rest.size() == 1)) return std::nullopt;
    if (!rest.empty()) port = rest.substr(1);
  } else if (const size_t colon = text.find(':');
             colon != std::string_view::npos &&
             text.find(':', colon + 1) == std::string_view::npos) {
    host = text.substr(0, colon);
    port = text.substr(colon + 1);
    if (port.empty()) return std::nullopt;
  }
  const auto address = IpAddress::parse(host);
  if (!address || (text.starts_with('[') && address->is_v4())) return std::nullopt;
  if (port.empty()) {
    if (!default_port) return std::nullopt;
    return Endpoint{*address, *default_port};
  }
  const auto number = parse_number(port, 65535);
  if (!number) return std::nullopt;
  return Endpoint{*address, static_cast<uint16_t>(*number)};
}

std::string Endpoint::to_text() const {
  const std::string host = address.to_text();
  return (address.is_v6() ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

std::optional<Prefix> Prefix::parse(std::string_view text) {
  const size_t slash = text.find('/');
  const auto address = IpAddress::parse(text.substr(0, slash));
  if (!address) return std::nullopt;
  const unsigned bits = address->is_v6() ? 128 : 32;
  if (slash == std::string_view::npos) return Prefix{*address, static_cast<uint8_t>(bits)};
  const auto length = parse_number(text.substr(slash + 1), bits);
  if (!length) return std::nullopt;
  return Prefix{*address, static_cast<uint8_t>(*length)};
}

bool Prefix::contains(const IpAddress& other) const {
  if (other.is_v6() != address.is_v6()) return false;
  const Bytes mine = address.octets();
  const Bytes theirs = other.octets();
  const size_t whole = length / 8;
  if (std::memcmp(mine.data(), theirs.data(), whole) != 0) return false;
  const unsigned bits = length % 8;
  return bits == 0 || ((mine[whole] ^ theirs[whole]) >> (8 - bits)) == 0;
}

std::string Prefix::to_text() const { return address.to_text() + "/" + std::to_string(length); }

}  // namespace weir

size_t std::hash<weir::IpAddress>::operator()(const weir::IpAddress& address) const noexcept {
  return weir::hash64(address.octets());
}
