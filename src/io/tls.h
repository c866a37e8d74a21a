// TLS towards servers: what is trusted, what is verified, and the sessions kept for resumption.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/endpoint.h"
#include "base/result.h"

namespace weir::io {

struct TlsClientSettings {
  /// The name the certificate must carry; empty: the address itself must stand in it.
  std::string server_name;
  IpAddress address;
  /// A PEM file to trust instead of the system's certificates; empty: the system's.
  std::string ca_file;
  /// SHA-256 of the SubjectPublicKeyInfo, 32 octets each (RFC 7858 §4.2). With pins, a matching key
  /// in the peer's certificate is required besides the chain unless `pins_only`.
  std::vector<std::string> pins;
  bool pins_only = false;
  std::vector<std::string> alpn;  // offered; "dot" for DNS over TLS
};

/// Shared by all connections to one server: context, trust and up to eight resumable sessions. TLS 1.2
/// at least, no renegotiation, no early data.
class TlsClient {
 public:
  static Result<std::unique_ptr<TlsClient>> create(const TlsClientSettings& settings);
  ~TlsClient();
  struct Native;
  Native& native() { return *native_; }

 private:
  explicit TlsClient(std::unique_ptr<Native> native);
  std::unique_ptr<Native> native_;
};

}  // namespace weir::io
