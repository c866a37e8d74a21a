// Where streams of frames come from and go to, as operators write it: `unix:/run/weir/dnstap.sock`,
// `tcp:192.0.2.1:6000`, `tls:collector.example:6001`.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/endpoint.h"
#include "base/result.h"

namespace weir::dnstap {

struct StreamAddress {
  enum class Kind : uint8_t { kUnix, kTcp, kTls };
  Kind kind = Kind::kUnix;
  std::string path;                  // kUnix: absolute
  std::string host;                  // else: a name in lower case, or the address in text
  std::optional<IpAddress> address;  // of `host`, where it is no name
  uint16_t port = 0;

  /// What an entry of a list is, for diagnostics.
  static constexpr std::string_view kExpected =
      "an address such as unix:/run/weir/dnstap.sock, tcp:127.0.0.1:6000 or tls:[::1]:6001";
  /// IPv6 addresses stand in brackets; a port is always given. The error says what is missing or
  /// wrong: `lacks a port, as in tcp:HOST:6000`.
  static Result<StreamAddress, std::string> read(std::string_view text);
  static std::optional<StreamAddress> parse(std::string_view text);
  std::string to_text() const;
  bool operator==(const StreamAddress&) const = default;
};
/// `unix`, `tcp`, `tls`.
std::string_view to_text(StreamAddress::Kind kind);

}  // namespace weir::dnstap
