// Internet addresses, address with port, and networks, as values that compare, hash and print.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"

namespace weir {

/// An IPv4 or IPv6 address. IPv4 stands in the first four octets.
class IpAddress {
 public:
  constexpr IpAddress() = default;
  static IpAddress v4(const uint8_t* octets);
  static IpAddress v6(const uint8_t* octets);
  /// From 4 or 16 octets; anything else gives nothing.
  static std::optional<IpAddress> from_octets(Bytes octets);
  /// Textual IPv4 or IPv6 (RFC 4291); no zone.
  static std::optional<IpAddress> parse(std::string_view text);

  bool is_v4() const { return !v6_; }
  bool is_v6() const { return v6_; }
  Bytes octets() const { return {octets_.data(), v6_ ? size_t{16} : size_t{4}}; }
  /// The IPv4 address inside an IPv4-mapped IPv6 one (::ffff:a.b.c.d), else itself.
  IpAddress unmapped() const;
  std::string to_text() const;
  auto operator<=>(const IpAddress&) const = default;

 private:
  std::array<uint8_t, 16> octets_{};
  bool v6_ = false;
};

/// An address and a port.
struct Endpoint {
  IpAddress address;
  uint16_t port = 0;

  /// `192.0.2.1:53`, `[2001:db8::1]:53`; without a port only where `default_port` is given.
  static std::optional<Endpoint> parse(std::string_view text,
                                       std::optional<uint16_t> default_port = std::nullopt);
  std::string to_text() const;
  auto operator<=>(const Endpoint&) const = default;
};

/// An address and how many of its leading bits count.
struct Prefix {
  IpAddress address;
  uint8_t length = 0;

  /// `192.0.2.0/24`, or one address (then all bits count).
  static std::optional<Prefix> parse(std::string_view text);
  bool contains(const IpAddress& other) const;
  std::string to_text() const;
  auto operator<=>(const Prefix&) const = default;
};

}  // namespace weir

template <>
struct std::hash<weir::IpAddress> {
  size_t operator()(const weir::IpAddress& address) const noexcept;
};
template <>
struct std::hash<weir::Endpoint> {
  size_t operator()(const weir::Endpoint& endpoint) const noexcept {
    return std::hash<weir::IpAddress>{}(endpoint.address) * 31 + endpoint.port;
  }
};
